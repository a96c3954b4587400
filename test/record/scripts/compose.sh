#!/bin/bash
# A Compose network, and a namespace that reaches it
mkdir -p /tmp/app && cat >/tmp/app/docker-compose.yml <<'Y'
name: app
services:
  web:
    image: nginx:alpine
    command: sleep infinity
    networks: [ appnet ]
networks:
  appnet:
    ipam: { config: [ { subnet: 172.30.40.0/24, gateway: 172.30.40.254 } ] }
Y
docker compose -f /tmp/app/docker-compose.yml up -d
docker run -d --name solo --network app_appnet busybox sleep 1000
PID=$(docker inspect -f '{{.State.Pid}}' solo)

# A cable into the container
ip link add v0 type veth peer name v1
ip link set v1 netns "$PID"
nsenter -t "$PID" -n ip addr add 10.9.0.2/24 dev v1
nsenter -t "$PID" -n ip link set v1 up
ip addr add 10.9.0.1/24 dev v0
ip link set v0 up

# It answers
ping -c 1 10.9.0.2
docker exec solo ping -c 1 web
