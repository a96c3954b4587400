/** What is found out about this machine, in the words of `make doctor`. */
export interface Finding {
  about: string
  state: 'ok' | 'warn' | 'fail'
  found: string
  /** What it means and what to do; empty when all is well. */
  advice: string
}

const finding =
  (state: Finding['state']) =>
  (about: string, found: string, advice = ''): Finding => ({ about, state, found, advice })
/** All is well. */
export const ok = finding('ok')
/** Labs run, but something is not as one would expect. */
export const warn = finding('warn')
/** Labs cannot run. */
export const fail = finding('fail')
