import AVAEval
import Foundation
import Report
import Statistics
import Testing

/// What every page must be, whatever it shows.
struct PageTests {
  /// Names that would be markup if a page believed them.
  static let hostile = "<script>alert('x')</script>\"&\u{1}"

  private func pages(_ name: String) throws -> [String] {
    var situation = Situation()
    situation.names[1] = name
    situation.video = name
    situation.resampling = Resampling(count: 20)
    return [try situation.report(detections: name + ".csv"), try situation.comparison(a: name, b: "b.csv")]
  }

  @Test("Text from files is text: names of classes, videos and files cannot be markup")
  func escaping() throws {
    for page in try pages(Self.hostile) {
      #expect(page.components(separatedBy: "<script").count == 2, "only the page's own script")
      #expect(!page.contains("alert('x')") && !page.unicodeScalars.contains("\u{1}"))
      #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\u{FFFD}"))
    }
  }

  @Test("Nothing is loaded: no address leads out of the page, and the policy forbids it")
  func selfContained() throws {
    for page in try pages("stand") {
      #expect(page.contains("default-src 'none'"))
      for word in ["http:", "https:", "//www", "@import", "url(", "<link rel=\"stylesheet\"", " src=", "fetch("] {
        #expect(!page.contains(word), "\(word)")
      }
      for match in page.matches(of: #/href="([^"]*)"/#) {
        #expect(match.1.hasPrefix("#") || match.1 == "data:,", "\(match.1)")
      }
    }
  }

  @Test("Links and labels lead to what is there, and no id is there twice")
  func links() throws {
    for page in try pages("stand") {
      let ids = page.matches(of: #/ id="([^"]*)"/#).map { String($0.1) }
      #expect(Set(ids).count == ids.count)
      for match in page.matches(of: #/ (?:href="#|aria-labelledby="|for="|data-table=")([^"]+)"/#) {
        #expect(ids.contains(String(match.1)), "\(match.1)")
      }
    }
  }

  @Test("Tags are balanced")
  func balance() throws {
    for page in try pages("stand") {
      var open: [Substring] = []
      let body = page.replacing(#/<(style|script)>[\s\S]*?<\/(style|script)>/#, with: "")
      for match in body.matches(of: #/<(\/?)([a-z0-9]+)[^>]*?(\/?)>/#) where match.3.isEmpty {
        if ["meta", "link", "br", "wbr", "input"].contains(match.2) { continue }
        if match.1.isEmpty { open.append(match.2) } else { #expect(open.popLast() == match.2) }
      }
      #expect(open.isEmpty)
    }
  }

  @Test("The same rows give the same bytes")
  func determinism() throws { #expect(try pages("stand") == pages("stand")) }

  @Test("Every chart says in words what it shows, every table has a caption")
  func alternatives() throws {
    for page in try pages("stand") {
      for match in page.matches(of: #/<svg[^>]*>/#) {
        #expect(match.0.contains("role=\"img\" aria-label=\"") || match.0.contains("aria-hidden=\"true\""))
      }
      #expect(page.matches(of: #/<table/#).count == page.matches(of: #/<caption>/#).count)
    }
  }
}
