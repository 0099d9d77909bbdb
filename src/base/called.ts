/**
 * The words that a person types to mean this cordon: `cordon`, or what a program that runs it for somebody leaves in the
 * environment, such as the `cordon-NAME` of a service with a user of its own.
 */
export const calledVariable = 'CORDON_CALLED'

const { [calledVariable]: given } = process.env

/** As what was typed is told back. */
export const called: string = given !== undefined && /^(?:sudo )?[\w.-]+$/.test(given) ? given : 'cordon'

/** A text with the commands in it as that person would type them: between backticks, or behind the `$` of an example. */
export function asCalled(text: string): string {
  return called === 'cordon' ? text : text.replace(/(?<=`|\$ |\$\(|\| )cordon (?=[a-z-])/g, `${called} `)
}

/** The same of a command alone. */
export function commandAsCalled(command: string): string {
  return asCalled(`$ ${command}`).slice(2)
}
