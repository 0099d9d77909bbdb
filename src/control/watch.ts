/**
 * Noticing that a file was written, replaced by another (as editors do), made or removed. What is watched are the folders:
 * a watch of a file stays with the one that was replaced.
 */
import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** A burst of events is one change, and a file that is being written has had time to be whole. */
const settleMs = 100

/**
 * Calls `tell` after each change of one of these files, until the end that it returns is called. Where a folder is not there
 * yet, the one above is watched. Throws the system's error where it has no more watches to give.
 */
export function watchFiles(paths: readonly string[], tell: () => void): () => void {
  const watchers: FSWatcher[] = []
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
  try {
    for (const [folder, names] of namesByFolder(paths)) {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // The folder itself is told of by its own name.
        if (name !== null && !names.has(name) && name !== basename(folder)) return
        clearTimeout(timer)
        timer = setTimeout(tell, settleMs).unref()
      })
      // A folder that is removed is no fault: the change is told, and the next watch begins above it.
      watcher.on('error', tell)
      watchers.push(watcher)
    }
  } catch (cause) {
    end()
    throw cause
  }
  return end
}

/** Where to look for each file, by the name it has there; behind a symbolic link, in both places. */
function namesByFolder(paths: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const path of new Set(paths.flatMap((one) => [one, realOf(one)]))) {
    let [folder, name] = [dirname(path), basename(path)]
    while (!isFolder(folder) && folder !== dirname(folder)) [folder, name] = [dirname(folder), basename(folder)]
    const names = found.get(folder) ?? new Set()
    found.set(folder, names.add(name))
  }
  return found
}

function realOf(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
