/** Failures of containers, on server1 (192.168.56.3) with an engine, beside server2 (192.168.56.4). */
import type { Case } from './case.ts'

export const dockerFunctions = `
clean() {
  docker rm -f $(docker ps -aq)
  docker network prune -f
  iptables -F DOCKER-USER; iptables -A DOCKER-USER -j RETURN; iptables -P INPUT ACCEPT; iptables -F INPUT; iptables -F OUTPUT
}
# run NAME [OPTIONS…]
run() { n=$1; shift; docker run -dit --name "$n" "$@" "$IMAGE" >/dev/null; }
# listen NAME PORT [ADDRESS]
listen() { nsenter -t "$(docker inspect -f '{{.State.Pid}}' "$1")" -n busybox httpd -p "\${3:-0.0.0.0}:$2" -h /var/empty 2>/dev/null || nsenter -t "$(docker inspect -f '{{.State.Pid}}' "$1")" -n busybox httpd -p "\${3:-0.0.0.0}:$2" -h /; }
`

const dead = ['died', 'refused', 'unknown'] as const

export const docker: readonly Case[] = [
  {
    name: 'published at 8080, asked at 8081',
    build: `run web -p 8080:80; listen web 80`,
    ask: 'server2 server1:8081',
    status: 'refused',
    place: 'server1',
    says: [/8080/],
    noFix: true,
  },
  {
    name: 'the published number, asked of the container',
    build: `run web -p 8080:80; run client; listen web 80`,
    ask: 'client web:8080',
    status: 'refused',
    place: 'web',
    says: [/\b80\b/],
    noFix: true,
  },
  {
    name: 'published for UDP only',
    build: `run dns -p 5353:53/udp`,
    ask: 'server2 server1:5353',
    status: 'refused',
    place: 'server1',
    says: [/udp/i],
    noFix: true,
  },
  {
    name: 'listens on 127.0.0.1 in the container, published',
    build: `run web -p 8080:80; listen web 80 127.0.0.1`,
    ask: 'server2 192.168.56.3:8080',
    status: 'refused',
    place: 'web',
    code: 'listens-on-127-0-0-1-only',
    noFix: true,
  },
  {
    name: 'localhost in a container is not the host',
    build: `run app; sh -c 'nc -lk 127.0.0.1 5432 >/dev/null 2>&1 &'`,
    ask: 'app localhost:5432',
    status: 'refused',
    place: 'app',
    says: [/server1/],
    noFix: true,
    mend: `kill -9 $(pgrep -f 'nc -lk 127.0.0.1 543[2]')`,
  },
  {
    name: 'disconnected from its network',
    build: `docker network create n1 >/dev/null; run web --network n1; run app --network n1; docker network disconnect n1 web; listen web 80`,
    ask: 'app web:80',
    status: dead,
    says: [/network/, /web/],
    noFix: true,
  },
  {
    name: 'a container without a network asks',
    build: `run job --network none; run web; listen web 80`,
    ask: 'job web:80',
    status: dead,
    place: 'job',
    says: [/no interface but lo|network none/],
    noFix: true,
  },
  {
    name: 'a paused container',
    build: `run web -p 8080:80; listen web 80; docker pause web >/dev/null`,
    ask: 'server2 server1:8080',
    code: 'container-not-running',
    says: [/paused/],
    mend: 'docker unpause web',
  },
  {
    name: 'a stopped container by its name',
    build: `run web; run app; docker stop -t 0 web >/dev/null`,
    ask: 'app web',
    status: dead,
    code: 'container-not-running',
    noFix: true,
  },
  {
    name: 'an internal network asks the LAN',
    build: `docker network create --internal quiet >/dev/null; run app --network quiet`,
    ask: 'app server2',
    status: dead,
    says: [/internal/],
    noFix: true,
  },
  {
    name: 'host network, and INPUT of the host',
    build: `run web --network host; listen web 8088; iptables -A INPUT -p tcp --dport 8088 -j DROP`,
    ask: 'server2 server1:8088',
    status: 'died',
    code: 'rule',
    place: 'server1',
    rule: /--dport 8088 -j DROP/,
  },
  {
    name: 'DOCKER-USER lets in one address only',
    build: `run web -p 8080:80; listen web 80; iptables -I DOCKER-USER -i enp0s3 ! -s 192.168.56.200 -j DROP`,
    ask: 'server2 server1:8080',
    status: 'died',
    code: 'rule',
    place: 'server1',
    rule: /DOCKER-USER ! -s 192\.168\.56\.200/,
  },
  {
    name: 'a wrong address in /etc/hosts',
    build: `run db; run app --add-host db:10.99.0.1`,
    ask: 'app db --dns',
    status: dead,
    says: [/10\.99\.0\.1/],
    noFix: true,
  },
  {
    name: 'a name server that is not there',
    build: `run app --dns 192.168.56.77`,
    ask: 'app db.example --dns',
    status: dead,
    code: ['name-does-not-resolve', 'no-such-address'],
    says: [/192\.168\.56\.77/],
    noFix: true,
  },
  {
    name: 'names across two networks of one’s own',
    build: `docker network create front >/dev/null; docker network create back >/dev/null; run web --network front; run db --network back`,
    ask: 'web db --dns',
    status: dead,
    code: 'name-does-not-resolve',
    says: [/network connect/],
    noFix: true,
  },
  {
    name: 'published on 127.0.0.1, asked from a container by the host’s address',
    build: `run web -p 127.0.0.1:8080:80; listen web 80; run app`,
    ask: 'app 172.17.0.1:8080',
    status: 'refused',
    says: [/127\.0\.0\.1/],
    noFix: true,
  },
  {
    name: 'a program that ended: the container runs, nobody listens',
    build: `run web -p 8080:80`,
    ask: 'server2 server1:8080',
    status: 'refused',
    place: 'web',
    code: 'nobody-listens',
    noFix: true,
  },
  {
    name: 'a network of the engine over the LAN',
    build: `docker network create --subnet 192.168.56.0/29 over >/dev/null; run app --network over --ip 192.168.56.5`,
    ask: 'server1 server2',
    status: dead,
    says: [/192\.168\.56\.0\/29/, /enp0s3/],
    code: 'overlapping-subnets',
    noFix: true,
  },
  {
    name: 'the host may not send to the container',
    build: `run web -p 8080:80; listen web 80; iptables -A OUTPUT -o docker0 -p tcp --dport 80 -j REJECT`,
    ask: 'server1 localhost:8080',
    status: dead,
    place: 'server1',
    rule: /docker0.*REJECT/,
  },
]
