// Fails if a page of the built site scrolls sideways on a phone: node phone.mjs, after npm run build. Needs chromium.
import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

const WIDTH = 390
const FOLDER = new URL('dist/', import.meta.url).pathname
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

/** Runs in the browser: loads each page into a frame as wide as a phone, and writes down those that are wider. */
async function measure(pages, width) {
  const wide = []
  for (const page of pages) {
    const frame = document.createElement('iframe')
    frame.style.cssText = `width:${width}px;height:800px;border:0`
    frame.src = '/' + page
    document.body.append(frame)
    await new Promise((loaded) => (frame.onload = loaded))
    await new Promise((drawn) => setTimeout(drawn, 300))
    const found = frame.contentDocument.documentElement.scrollWidth
    if (found > width) wide.push(`${page} is ${found} pixels wide`)
    frame.remove()
  }
  document.body.textContent = `MEASURED ${pages.length}|` + wide.join('|') + '|END'
}

const pages = (await readdir(FOLDER, { recursive: true })).filter((file) => file.endsWith('.html'))
const start = `<!doctype html><body><script>(${measure})(${JSON.stringify(pages)}, ${WIDTH})</script>`
const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
  try {
    const body = path === '/' ? start : await readFile(join(FOLDER, path))
    response.setHeader('Content-Type', path === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream'))
    response.end(body)
  } catch {
    response.writeHead(404).end()
  }
})
server.listen(0, '127.0.0.1', () => {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=240000', '--dump-dom']
  const address = `http://127.0.0.1:${server.address().port}/`
  execFile('chromium', [...flags, address], { timeout: 180_000, maxBuffer: 1 << 24 }, (failure, page) => {
    server.close()
    server.closeAllConnections()
    const measured = /MEASURED (\d+)\|(.*)\|END/.exec(page ?? '')
    if (!measured || Number(measured[1]) !== pages.length) {
      console.error(`The pages could not be measured: ${failure ?? 'the browser gave up'}`)
      process.exitCode = 2
    } else if (measured[2] !== '') {
      console.error('Scrolls sideways on a phone: ' + measured[2].replaceAll('|', ', '))
      process.exitCode = 1
    } else {
      console.log(`${measured[1]} pages fit on a phone.`)
    }
  })
})
