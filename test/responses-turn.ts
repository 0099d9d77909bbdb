import { setTimeout as delay } from 'node:timers/promises'

/** What the model of the origin does in a turn. */
export interface Script {
  /** What the assistant says. */
  says?: string
  /** A shell command that the model wants Codex to run before the assistant speaks. */
  runs?: string
  /** Time between two events of a turn. */
  paceMs?: number
}

export interface Event {
  type: string
  [fact: string]: unknown
}

let turns = 0

/**
 * The events that answer one request, be it the content of a POST or a text frame. It is stateless: an input that holds
 * the output of a command gets the text, any other gets the command, if there is one.
 */
export async function* turn(
  message: string,
  { says = 'Hello from the origin.', runs, paceMs = 0 }: Script,
): AsyncGenerator<Event> {
  const request = JSON.parse(message) as { generate?: boolean; input?: { type?: string }[] }
  const hasRun = request.input?.some(({ type }) => type === 'custom_tool_call_output')
  const id = `resp_${++turns}`
  const said = runs !== undefined && !hasRun ? callEvents(id, runs) : textEvents(id, says)
  for (const event of [created(id), ...(request.generate === false ? [] : said), completed(id)]) {
    yield event
    if (paceMs > 0) await delay(paceMs)
  }
}

const created = (id: string): Event => ({ type: 'response.created', response: { id } })

const completed = (id: string): Event => ({
  type: 'response.completed',
  response: {
    id,
    usage: {
      input_tokens: 1,
      input_tokens_details: null,
      output_tokens: 1,
      output_tokens_details: null,
      total_tokens: 2,
    },
  },
})

function textEvents(id: string, text: string): Event[] {
  const item = { type: 'message', role: 'assistant', id: `msg_${id}`, content: [{ type: 'output_text', text }] }
  return [
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, item_id: item.id, delta: text },
    { type: 'response.output_item.done', output_index: 0, item },
  ]
}

/** The models of Codex 0.169 have one tool for all: JavaScript that calls the others. */
function callEvents(id: string, command: string): Event[] {
  const input = `text(await tools.exec_command({ cmd: ${JSON.stringify(command)}, yield_time_ms: 20000 }))`
  const item = { type: 'custom_tool_call', id: `ctc_${id}`, call_id: `call_${id}`, name: 'exec', input }
  return [
    { type: 'response.output_item.added', output_index: 0, item: { ...item, input: '' } },
    { type: 'response.output_item.done', output_index: 0, item },
  ]
}
