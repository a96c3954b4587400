/** Does the work for each item, at most so many at once, and returns what came of each. The first failure stops it. */
export async function bounded<T, R>(
  most: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < items.length && !failed) {
      const mine = next++
      try {
        results[mine] = await work(items[mine] as T)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const all = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker))
  const first = all.find((one) => one.status === 'rejected')
  if (first) throw first.reason
  return results
}
