/** The bundle once more as a PKCS #12 file, for the JVM, which reads no PEM. */
import { lstatIfThere, refuseSymlink, writeWhole } from '../base/file.ts'

/** Absolute paths of the bundle, which is there, and of the trust store that is made of it. */
export interface TrustStorePaths {
  bundle: string
  trustStore: string
}

/** Writes the trust store where it is missing or older than the bundle. Throws `symlink_refused`, `file_unwritable`. */
export async function keepTrustStore({ bundle, trustStore }: TrustStorePaths): Promise<void> {
  refuseSymlink(trustStore)
  const madeAt = lstatIfThere(trustStore)?.mtimeMs ?? 0
  if (madeAt >= (lstatIfThere(bundle)?.mtimeMs ?? 0)) return
  // Every `cordon env` comes by here, and the encoder is slow to load.
  const [{ certificatesIn, textNamed }, { trustStoreOf }] = await Promise.all([
    import('./roots.ts'),
    import('./pkcs12.ts'),
  ])
  const certificates = certificatesIn(textNamed(bundle)).map(({ raw }) => raw)
  writeWhole(trustStore, trustStoreOf(certificates), 0o644)
}
