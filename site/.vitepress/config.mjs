// The documents as a site. Their Markdown is not changed: what differs between GitHub and VitePress is settled here.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, posix, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

// The address of the repository, for links to sources: GLINT_REPOSITORY=https://…/blob/main/. Without one they are plain text.
const repository = process.env.GLINT_REPOSITORY

// The tables of the first page, section by section: title and path of each row's link.
function sidebar() {
  const sections = []
  for (const line of readFileSync(resolve(root, 'docs/README.md'), 'utf8').split('\n')) {
    const heading = /^## (.*)$/.exec(line)
    const row = /^\| \[([^\]]+)\]\(([^)]+)\.md\)/.exec(line)
    if (heading) sections.push({ text: heading[1], items: [] })
    if (row) {
      sections.at(-1).items.push({ text: row[1], link: posix.join('/docs', row[2]).replace(/README$/, '') })
    }
  }
  return sections.filter(section => section.items.length > 0)
}

// As GitHub makes the anchors of headings.
function slugify(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replace(/ /g, '-')
}

// README.md is the index of its folder here, and what is no page is in the repository only.
function forThisSite(md) {
  md.core.ruler.push('for-this-site', state => {
    for (const block of state.tokens) {
      // Shown as they are written; GitHub draws the diagrams.
      if (block.type === 'fence' && /^(mermaid|promql)$/.test(block.info)) block.info = 'txt'
      let isDropped = false
      for (const token of block.children ?? []) {
        if (token.type === 'link_open') {
          const [path, anchor] = token.attrGet('href').split('#')
          if (!path || /^\w+:/.test(path)) continue
          const target = resolve(dirname(state.env.path), decodeURI(path))
          if (target.endsWith('.md') && existsSync(target)) {
            token.attrSet('href', path.replace(/README\.md$/, 'index.md') + (anchor ? '#' + anchor : ''))
          } else if (repository) {
            token.attrSet('href', repository + relative(root, target))
          } else {
            isDropped = true
            token.type = 'text'
          }
        } else if (token.type === 'link_close' && isDropped) {
          isDropped = false
          token.type = 'text'
        }
      }
    }
  })
}

// Vite's root is the repository, which has no node_modules: while pages are rendered to HTML, Node finds Vue beside this folder.
const vueOfThisFolder = {
  name: 'vue-of-this-folder',
  enforce: 'pre',
  resolveId(id, importer, { ssr }) {
    return ssr && /^vue(\/|$)/.test(id) ? { id, external: true } : null
  }
}

export default defineConfig({
  title: 'Glint',
  description: 'A low-latency OpenTelemetry metrics SDK for the JVM with exemplars that can be relied on',
  lang: 'en',
  srcDir: '..',
  srcExclude: ['**/target/**', 'site/**', 'examples/**', '*/src/**', 'docs/benchmarks/local/**'],
  outDir: './dist',
  rewrites: {
    'README.md': 'index.md',
    'docs/README.md': 'docs/index.md',
    'docs/benchmarks/README.md': 'docs/benchmarks/index.md',
    'jcstress/README.md': 'jcstress/index.md',
    'deploy/README.md': 'deploy/index.md'
  },
  markdown: {
    anchor: { slugify },
    config: forThisSite
  },
  themeConfig: {
    nav: [
      { text: 'The book', link: '/docs/' },
      { text: 'Getting started', link: '/docs/getting-started' },
      { text: 'Changelog', link: '/CHANGELOG' }
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' }
  },
  vite: { plugins: [vueOfThisFolder], server: { fs: { allow: [root] } } }
})
