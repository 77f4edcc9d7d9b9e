// A peer of js-libp2p that does what it is told: a line of JSON in, a line of JSON out.
//
// It shares no line with Micelio. What it knows of the sync protocol stands in `sync.mjs`.

import { createInterface } from 'node:readline'

import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

import { readFile } from './sync.mjs'

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  // It identifies others when it is told to, and not on its own at the same moment.
  services: { identify: identify({ runOnConnectionOpen: false }), ping: ping() }
})

const doings = {
  async ping ({ address }) {
    return { ms: await node.services.ping.ping(multiaddr(address)) }
  },

  async identify ({ address }) {
    const connection = await node.dial(multiaddr(address))
    const told = await node.services.identify.identify(connection)
    return {
      peer: told.peerId.toString(),
      agent: told.agentVersion,
      protocols: told.protocols,
      listens: told.listenAddrs.map(String)
    }
  },

  async file ({ address, project, path }) {
    const open = () => node.dialProtocol(multiaddr(address), '/micelio/sync/1.0.0')
    return await readFile(open, project, path)
  }
}

console.log(JSON.stringify({
  peer: node.peerId.toString(),
  addresses: node.getMultiaddrs().map(String)
}))

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  try {
    console.log(JSON.stringify(await doings[asked.do](asked)))
  } catch (fault) {
    console.log(JSON.stringify({ fault: `${fault.name}: ${fault.message}` }))
  }
}

await node.stop()
process.exit(0)
