/** Who may ask the page's server: one who has its token, from its own page. Everybody else on the machine, and every other site, may not. */
import { timingSafeEqual } from 'node:crypto'

/** What a request says of itself. */
export interface Request {
  host: string | undefined
  origin: string | undefined
  token: string | undefined
}

const same = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

/** The names that the server answers to. A site that makes its own name mean 127.0.0.1 sends that name (DNS rebinding). */
const hosts = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`]

/** Why a request is refused; undefined when it is not. `open` is for files that hold nothing of a lab. */
export function refusal(
  { host, origin, token }: Request,
  { port, token: right, open = false }: { port: number; token: string; open?: boolean },
): string | undefined {
  if (!hosts(port).includes(host ?? '')) return 'this server is asked by its own address only'
  if (origin !== undefined && !hosts(port).some((name) => origin === `http://${name}`))
    return 'another site may not ask this server'
  if (!open && !same(token ?? '', right))
    return 'the token is missing or wrong: open the address that vethlab ui prints'
  return undefined
}
