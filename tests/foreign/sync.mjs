// A small client of /micelio/sync/1.0.0, written from docs/reference alone: HTTP/1.1 on a stream.
//
// It reads a project's head and one file, and believes neither: the record must be signed, its
// bytes must have its id, and tree and file must have the ids that the record leads to.

import { createHash, createPublicKey, verify } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'

const END = Buffer.from('\r\n\r\n')
const LINE = Buffer.from('\r\n')
const ED25519 = Buffer.from('302a300506032b6570032100', 'hex')
const LETTERS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

// Bytes of a stream as they are needed.
class Reader {
  constructor (stream) {
    this.source = stream[Symbol.asyncIterator]()
    this.held = Buffer.alloc(0)
  }

  async more () {
    const { done, value } = await this.source.next()
    if (done) throw new Error('the stream ends in the middle')
    this.held = Buffer.concat([this.held, Buffer.from(value.subarray())])
  }

  async until (mark) {
    let at
    while ((at = this.held.indexOf(mark)) < 0) await this.more()
    const found = this.held.subarray(0, at)
    this.held = this.held.subarray(at + mark.length)
    return found.toString('latin1')
  }

  async take (length) {
    while (this.held.length < length) await this.more()
    const found = this.held.subarray(0, length)
    this.held = this.held.subarray(length)
    return found
  }
}

async function send (stream, data) {
  if (!stream.send(data)) await stream.onDrain()
}

async function ask (stream, reader, method, path, body = Buffer.alloc(0)) {
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: peer',
    ...(body.length ? ['Content-Type: application/vnd.micelio.ids'] : []),
    `Content-Length: ${body.length}`
  ]
  await send(stream, Buffer.concat([Buffer.from(head.join('\r\n')), END, body]))
  const [status, ...lines] = (await reader.until(END)).split('\r\n')
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  }))
  const content = await answer(reader, headers)
  if (!status.startsWith('HTTP/1.1 200')) throw new Error(`${status}: ${content}`)
  return { headers, content }
}

async function answer (reader, headers) {
  if (headers.get('transfer-encoding') !== 'chunked') {
    return await reader.take(Number(headers.get('content-length')))
  }
  const parts = []
  while (true) {
    const length = parseInt(await reader.until(LINE), 16)
    parts.push(await reader.take(length))
    await reader.until(LINE)
    if (length === 0) return Buffer.concat(parts)
  }
}

const sha256 = (data) => createHash('sha256').update(data).digest('hex')

function same (found, wanted, what) {
  if (found !== wanted) throw new Error(`${what} is ${found}, not ${wanted}`)
}

function base58 (text) {
  let number = 0n
  for (const letter of text) number = number * 58n + BigInt(LETTERS.indexOf(letter))
  return Buffer.from(number.toString(16), 'hex')
}

// Verify a DSSE envelope of one did:key and return what it says.
function opened (envelope) {
  const { payload, payloadType, signatures: [{ keyid, sig }] } = JSON.parse(envelope)
  const said = Buffer.from(payload, 'base64')
  const signed = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${said.length} `), said
  ])
  const raw = base58(keyid.slice('did:key:z'.length)).subarray(2)
  const key = createPublicKey({ key: Buffer.concat([ED25519, raw]), format: 'der', type: 'spki' })
  if (!verify(null, signed, key, Buffer.from(sig, 'base64'))) throw new Error('badly signed')
  return { said: JSON.parse(said), signer: keyid }
}

// Return the raw bytes of a record: 48 bytes of header, then what is stored.
function raw (record) {
  same(record.subarray(0, 4).toString(), 'MICO', 'the magic')
  const stored = record.subarray(48, 48 + record.readUInt32LE(12))
  const data = record[5] === 0 ? stored : zstdDecompressSync(stored)
  same(data.length, record.readUInt32LE(8), 'the length')
  return data
}

export async function readFile (open, project, path) {
  const stream = await open()
  const reader = new Reader(stream)
  const at = `/mic/v1/projects/${project}`
  const head = JSON.parse((await ask(stream, reader, 'GET', `${at}/head`)).content)
  const envelope = Buffer.from(head.record, 'base64')
  same(sha256(envelope), head.id, 'the record')
  const { said, signer } = opened(envelope)
  const tree = said.subject[0].digest.sha256
  const wanted = Buffer.from(tree, 'hex')
  const sent = await ask(stream, reader, 'POST', `${at}/objects/fetch?at=${head.position}`, wanted)
  const node = raw(sent.content)
  same(sha256(node), tree, 'the tree')
  const file = (await ask(stream, reader, 'GET', `${at}/files/${path}?at=${head.position}`)).content
  const hash = sha256(file)
  if (!node.includes(Buffer.from(hash, 'hex'))) throw new Error('the file is not in the tree')
  await stream.close()
  return { position: head.position, signer, tree, hash, size: file.length }
}
