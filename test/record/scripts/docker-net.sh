#!/bin/bash
# shellcheck disable=all
# User-defined bridge networks (in the manner of Docker's documentation)

# Create the network, and two containers on it
docker network create --driver bridge --subnet 172.28.0.0/16 --gateway 172.28.0.254 alpine-net
docker run -dit --name alpine1 --network alpine-net alpine ash
docker run -dit --name alpine2 --network alpine-net --ip 172.28.0.20 alpine ash
docker run -dit --name alpine3 alpine ash
docker network connect bridge alpine1

# By name on the user-defined network
docker exec alpine1 ping -c 2 alpine2
docker exec alpine1 ping -c 1 172.28.0.254

# alpine3 is not on it
docker exec alpine3 ping -c 1 -W 1 172.28.0.20

docker network inspect alpine-net >/dev/null
exit 0
