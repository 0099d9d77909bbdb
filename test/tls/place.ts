import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type SecureContext, TLSSocket } from 'node:tls'
import { dayMs, hourMs } from '../../src/base/clock.ts'
import { type Ca, createCa } from '../../src/tls/ca.ts'
import { issueRoot, newKey } from '../../src/tls/certificate.ts'

/** A folder of the test's own. */
export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A CA of cordon in that folder, and the path of its certificate. */
export function caIn(folder: string, name = 'test'): { ca: Ca; caCert: string } {
  const caCert = join(folder, name, 'ca-cert.pem')
  return { ca: createCa({ caCert, caKey: join(folder, name, 'ca-key.pem') }, { name }), caCert }
}

/** A root that is not cordon's, such as a company's, in PEM. */
export function foreignRoot(commonName: string): string {
  const life = { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + dayMs) }
  return issueRoot({ commonName, ...life, use: { kind: 'ca' } }, newKey())
}

/** Writes a file and gives back its path. */
export function put(folder: string, name: string, content: string): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** The port of a server on loopback that shows this context, whatever its client asks for, and answers nothing. */
export async function serve(t: TestContext, secureContext: SecureContext): Promise<number> {
  const server = createServer((plain) => {
    const secure = new TLSSocket(plain, { isServer: true, secureContext })
    secure.on('error', () => plain.end())
    secure.once('secure', () => secure.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}
