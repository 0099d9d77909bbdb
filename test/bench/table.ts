/** The results as a Markdown table: medians, a column a peer, and what one peer is to another. */
import type { Figures } from './rows.ts'

export interface Result {
  row: string
  peer: string
  round: number
  figures: Figures
}

/** Shares of cores qualify a run and are no result. */
const shares = /core %$|^others %$/

/** `~` marks a figure whose rounds lie more than a quarter apart. */
export function tableOf(results: readonly Result[], peers: readonly string[]): string {
  const heads = ['', ...peers, ...(peers.includes('nginx') ? ['cordon ÷ nginx'] : []), 'cordon − direct']
  const lines = [`| ${heads.join(' | ')} |`, `| --- |${' ---: |'.repeat(heads.length - 1)}`]
  for (const row of new Set(results.map((result) => result.row))) {
    const own = results.filter((result) => result.row === row)
    const names = new Set(own.flatMap(({ figures }) => Object.keys(figures)))
    for (const figure of names) {
      if (shares.test(figure)) continue
      const cells = peers.map((peer) =>
        spreadOf(
          own.filter((result) => result.peer === peer),
          figure,
        ),
      )
      const [cordon, nginx, direct] = ['cordon', 'nginx', 'direct'].map((peer) => cells[peers.indexOf(peer)]?.median)
      const ratio = cordon !== undefined && nginx ? (cordon / nginx).toFixed(2) : ''
      const isTime = figure.endsWith(' ms')
      const added = isTime && cordon !== undefined && direct !== undefined ? shown(cordon - direct) : ''
      lines.push(
        `| ${[`${row}: ${figure}`, ...cells.map(cell), ...(peers.includes('nginx') ? [ratio] : []), added].join(' | ')} |`,
      )
    }
  }
  return lines.join('\n')
}

/** How far the run may be trusted. */
export function qualityOf(results: readonly Result[]): string {
  const all = results.flatMap(({ figures }) => figures['others %'] ?? [])
  const mean = all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length)
  return `Other programs took ${mean.toFixed(1)} % of a core on average, ${Math.max(0, ...all).toFixed(0)} % at most.`
}

interface Spread {
  median: number
  isWide: boolean
}

function spreadOf(results: readonly Result[], figure: string): Spread | undefined {
  // Where nothing stands between there is no CPU of it.
  const values = results
    .flatMap(({ figures, peer }) => (peer === 'direct' && figure.startsWith('CPU') ? [] : (figures[figure] ?? [])))
    .sort((a, b) => a - b)
  const middle = values.slice((values.length - 1) >> 1, (values.length >> 1) + 1)
  if (middle.length === 0) return undefined
  const median = middle.reduce((sum, value) => sum + value, 0) / middle.length
  return { median, isWide: (values.at(-1) ?? 0) - (values[0] ?? 0) > median / 4 }
}

const cell = (spread: Spread | undefined) => (spread ? `${spread.isWide ? '~' : ''}${shown(spread.median)}` : '–')

const shown = (value: number) => String(Number(value.toPrecision(3)))
