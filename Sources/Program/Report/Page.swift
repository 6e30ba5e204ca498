/// A page that needs nothing beside itself: style, script, charts and images are inside.
struct Page {
  /// What the browser calls it.
  var title: String
  var header: HTML
  var sections: [Section]
  /// The command that wrote it.
  var author = "evaluate"

  struct Section {
    /// What links lead to.
    var id: String
    var title: String
    var content: HTML
  }

  /// How the page looks: on a screen of any width, light or dark, and on paper.
  private static let style = HTML.raw(String(decoding: PackageResources.page_css, as: UTF8.self))

  /// What the page does beyond reading: sorting, filtering, opening what a link leads to, and everything for printing.
  private static let script = HTML.raw(String(decoding: PackageResources.page_js, as: UTF8.self))

  /// The document. Nothing in it may load anything: the policy in its head forbids even what a mistake would ask for.
  var text: String {
    let links = sections.html { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" }
    let parts = sections.html { section in
      """
      <section id="\(section.id)" aria-labelledby="\(section.id)-title">
      <h2 id="\(section.id)-title">\(section.title)</h2>
      \(section.content)</section>

      """
    }
    let document: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      <style>
      \(Self.style)</style>
      </head>
      <body>
      <header>
      \(header)</header>
      <nav aria-label="On this page"><ul>\(links)</ul></nav>
      <main>
      \(parts)</main>
      <footer><p>Written by slowfast \(author). The same files give the same page, byte by byte.</p></footer>
      <script>
      \(Self.script)</script>
      </body>
      </html>

      """
    return document.text
  }
}
