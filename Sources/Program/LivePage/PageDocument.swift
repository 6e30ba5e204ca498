/// What the browser loads: the page, its style and its script. Nothing in them comes from elsewhere.
struct PageDocument: Sendable {
  /// What the browser may load, and from where: from this server, nothing written into the page, no frame around it.
  static let policy =
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  let html: [UInt8]
  let style = PackageResources.page_css
  let script = PackageResources.page_js

  init(title: String) {
    let text = String(decoding: PackageResources.page_html, as: UTF8.self)
    html = Array(text.split(separator: "{{title}}").joined(separator: PageDocument.escaped(title)).utf8)
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
  }
}
