/** Clients in languages that have to be compiled first. */
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from './clients.ts'

type Scripts = Pick<Client, 'get' | 'files' | 'isLong'>

const rustFolder = fileURLToPath(new URL('rust', import.meta.url))
const rustTarget = process.env['CARGO_TARGET_DIR'] ?? join(tmpdir(), 'cordon-rust-clients')

export const compiled = {
  // The caches of whoever runs the test: net/http from nothing takes half a minute to build.
  go: {
    get: 'cd go && GOCACHE="$HOST_GOCACHE" GOPROXY=off GOTOOLCHAIN=local GOFLAGS= go run .',
    files: {
      'go/go.mod': 'module ask\n',
      'go/main.go': `package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	request, _ := http.NewRequest("GET", os.Getenv("URL"), nil)
	request.Header.Set("Authorization", "Bearer placeholder")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	io.Copy(os.Stdout, response.Body)
}
`,
    },
  } satisfies Scripts,

  rust: (client: string): Scripts => ({
    get: `'${join(rustTarget, 'release', 'ask')}' ${client} "$URL"`,
    isLong: true,
  }),

  java: (step: string): Scripts => {
    const name = step === '' ? 'Ask' : 'AskWithToken'
    return {
      get: `java ${name}.java`,
      files: {
        [`${name}.java`]: `import java.net.*;
import java.net.http.*;

class ${name} {
  public static void main(String[] words) throws Exception {
    String[] words_ = URI.create(System.getenv("HTTPS_PROXY")).getUserInfo().split(":");
    Authenticator pair = new Authenticator() {
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(words_[0], words_[1].toCharArray());
      }
    };
    HttpClient client = HttpClient.newBuilder()${step}.build();
    HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("URL"))).build();
    System.out.print(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
`,
      },
    }
  },
}

/** Whether the crates of Rust's clients are here, or cargo can fetch them. */
export const fetchRust = (): boolean => cargo('fetch', '--locked').status === 0

/** Builds the clients of Rust. Throws with cargo's words where it cannot. */
export function buildRust(): void {
  const { status, stderr } = cargo('build', '--release')
  if (status !== 0) throw new Error(stderr)
}

function cargo(...words: string[]) {
  const env = { ...process.env, CARGO_TARGET_DIR: rustTarget }
  const all = [...words, '--quiet', '--manifest-path', join(rustFolder, 'Cargo.toml')]
  return spawnSync('cargo', all, { env, encoding: 'utf8' })
}
