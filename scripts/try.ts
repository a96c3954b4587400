import { image, server, withLab } from '../lib/index.ts'

const s = server('server1')
await withLab(async (lab) => {
  console.log(await lab.run(s.docker.ps()))
  for (const verb of ['up', 'up', 'down', 'down']) {
    console.log('#### ' + verb)
    console.log(
      await lab.run(s.exec('sh', '-c', `IMAGE=vethlab sh ${process.argv[2]} ${verb} 2>&1; echo rc $?`)),
    )
  }
  console.log(
    await lab.run(
      s.exec(
        'sh',
        '-c',
        'ip -br link; ip netns; docker ps -a; docker network ls; iptables -S; iptables -t nat -S; iptables -t raw -S; sysctl net.ipv4.ip_forward; ls /run; ps ax | grep -c nc',
      ),
    ),
  )
})
