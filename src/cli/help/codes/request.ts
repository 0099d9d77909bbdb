import type { Subject } from './subject.ts'

/** What may be wrong with a request and on its way. */
export const requestCodes: readonly Subject[] = [
  {
    heading: 'The request',
    introduction: 'What a client gets from the proxy.',
    wire: {
      request_malformed:
        'The bytes, the request target, the Host field or the framing are not in order (RFC 9112, RFC 9113). The connection ends, or the stream of HTTP/2. Send a well-formed request.',
      fields_too_large: 'Send fewer or shorter fields.',
      misdirected:
        'CONNECT, the server name and the Host field name different hosts, or a web page asks cordon under a name of its own.',
      ambiguous_path: 'A path with dot segments or the like, on a host whose routes depend on paths.',
      method_refused:
        'TRACE and TRACK would show the credential to their sender, and CONNECT has no meaning inside a tunnel. Use another method.',
      not_a_proxy_request: 'A request for cordon itself that is not `GET /health`.',
      token_malformed: 'Proxy-Authorization is there twice, or is no `Basic` pair.',
      token_unknown:
        'The client token is of another scope, or was rotated or revoked. In a shell, `eval "$(cordon env)"` once more. A CONNECT to a host without a route gets 407.',
      route_closed:
        'The client token was made for other routes, by `cordon token add --route` or `cordon run --route`.',
      page_refused:
        'A page in a browser that goes through cordon asked another host than its own, which would have got the credential. Nothing has to be done; a program of your own asks without a browser.',
      address_refused:
        'A target without a route leads to a private address. Add the host to `[network] allow`, or add a route.',
      target_is_cordon: 'A target without a route is the proxy itself. Ask for another one.',
      too_many_connections: 'As many connections are open as the system lets one process have files.',
      client_left: 'It stands in the log alone, and nothing has to be done.',
      internal: 'A bug of cordon. Its log has the stack: please report it.',
    },
    both: {
      token_missing:
        'On the wire: a request for a host with a route has no client token. In a command: there is no token of that name; `cordon token list` shows those there are.',
    },
  },
  {
    heading: 'The origin',
    introduction: 'What is wrong on the far side. `cordon doctor` looks at every route.',
    wire: {
      origin_refused: 'Nobody listens there. Look at the origin, or at `connect_to` of the route.',
      origin_unknown: 'The name cannot be resolved.',
      origin_unreachable: 'There is no way to the address.',
      origin_timeout:
        'The connection was not made within `[network] connect_timeout`. Look at the network, and for a firewall.',
      origin_closed: 'Send the request again.',
      origin_untrusted: 'The certificate does not prove the name, so not a byte of the request was sent.',
      origin_handshake: 'TLS failed for another reason. The origin must speak TLS 1.2 or newer.',
      origin_malformed: 'The answer is not HTTP, or no answer to the WebSocket handshake. Look at the origin.',
      origin_unwilling: 'An origin of OpenAI refused a WebSocket. Codex goes on over HTTP, and nothing has to be done.',
      origin_failed: 'Anything else. The sentence has the cause.',
    },
  },
  {
    heading: 'The proxy before cordon',
    introduction:
      "Where `[network] proxy` or `HTTPS_PROXY` names one ([behind a company's proxy](configuration.md#behind-a-companys-proxy)).",
    wire: {
      next_hop_unreachable: 'It does not listen there, or its name cannot be resolved.',
      next_hop_timeout: 'It did not answer within `[network] connect_timeout`, or waited in vain for the origin.',
      next_hop_denied: 'It wants a user name and a password, or other ones (407), or does not allow the origin.',
      next_hop_failed: 'It could not reach the origin, its answer was not HTTP, or this machine has no network now.',
    },
    command: {
      config_proxy_auth: '`cordon secret` was asked about `network.proxy`, which has no password to keep.',
      config_proxy: 'What `HTTPS_PROXY` holds where the command runs cannot be used.',
    },
  },
]
