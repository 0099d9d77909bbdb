/** Preloaded by `node --import`: when the process ends, the file that LOADED names tells every module it loaded, Node's own too. */
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const urls: string[] = []
registerHooks({
  load(url, context, load) {
    urls.push(url)
    return load(url, context)
  },
})
process.on('exit', () => {
  const ownOfNode: string[] = Reflect.get(process, 'moduleLoadList')
  writeFileSync(process.env['LOADED'] ?? '', [...urls, ...ownOfNode].join('\n'))
})
