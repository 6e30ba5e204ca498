/// An answer to a request.
struct PageResponse {
  enum Body {
    case bytes([UInt8])
    case stream(LiveStream)
    /// Of a stream's head: nothing, though a body of unknown length would follow.
    case none
  }

  var status = 200
  var headers: [(name: String, value: String)]
  var body: Body
}

/// Answers requests. It changes nothing: there is nothing but GET and HEAD.
struct PageHandler: Sendable {
  let document: PageDocument
  let content: LiveContent

  private enum Route: String {
    case page = "/"
    case style = "/page.css"
    case script = "/page.js"
    case stream = "/stream.mjpeg"
    case picture = "/picture.jpg"
    case state = "/state.json"
    case events = "/events"
  }

  private static let plain = "text/plain; charset=utf-8"

  /// - Parameters:
  ///   - path: Without what follows a question mark.
  ///   - host: The header, nil where there is none.
  ///   - version: "HTTP/1.1".
  func response(_ method: String, _ path: String, host: String?, version: String) -> PageResponse {
    var response = answer(method, path, host: host, version: version)
    if method != "GET" && method != "HEAD" {
      // What else it brings is not read.
      response.headers.append(("Connection", "close"))
    }
    return response
  }

  private func answer(_ method: String, _ path: String, host: String?, version: String) -> PageResponse {
    guard let host, PageAddress.isOwnName(host) else {
      return refusal(403, "Open this page by an IP address or as localhost, not by another name.")
    }
    guard let route = Route(rawValue: path) else { return refusal(404, "There is no such page.") }
    guard method == "GET" || method == "HEAD" else {
      var response = refusal(405, "This page is read-only.")
      response.headers.append(("Allow", "GET, HEAD"))
      return response
    }
    switch route {
    case .page: return response("text/html; charset=utf-8", document.html)
    case .style: return response("text/css; charset=utf-8", document.style)
    case .script: return response("text/javascript; charset=utf-8", document.script)
    case .state:
      let newest = content.newest(.states)
      return response("application/json", newest.number > 0 ? newest.bytes : Array("{}".utf8))
    case .picture:
      let newest = content.newest(.pictures)
      guard newest.number > 0 else { return refusal(503, "There is no picture yet.") }
      return response("image/jpeg", newest.bytes)
    case .stream: return stream(.pictures, method, version)
    case .events: return stream(.states, method, version)
    }
  }

  private func stream(_ kind: StreamKind, _ method: String, _ version: String) -> PageResponse {
    guard version == "HTTP/1.1" else { return refusal(505, "This needs HTTP/1.1.") }
    let headers = headers(LiveStream.contentType(kind))
    if method == "HEAD" { return PageResponse(headers: headers + [("Connection", "close")], body: .none) }
    guard let subscription = content.subscribe(to: kind) else {
      return refusal(503, "As many clients are connected as may be.")
    }
    return PageResponse(headers: headers, body: .stream(LiveStream(subscription)))
  }

  private func refusal(_ status: Int, _ reason: String) -> PageResponse {
    response(PageHandler.plain, Array((reason + "\n").utf8), status: status)
  }

  private func response(_ type: String, _ body: [UInt8], status: Int = 200) -> PageResponse {
    PageResponse(status: status, headers: headers(type), body: .bytes(body))
  }

  private func headers(_ type: String) -> [(name: String, value: String)] {
    [
      ("Content-Type", type),
      ("Cache-Control", "no-store"),
      ("Content-Security-Policy", PageDocument.policy),
      ("X-Content-Type-Options", "nosniff"),
      // Other sites' pages may not show the pictures either.
      ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Referrer-Policy", "no-referrer"),
    ]
  }
}
