internal import FlyingFox
internal import FlyingSocks
internal import FoundationEssentials

/// Answers requests. It changes nothing: there is nothing but GET and HEAD.
struct PageHandler: HTTPHandler {
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

  func handleRequest(_ request: HTTPRequest) -> HTTPResponse {
    guard let host = request.headers[.host], PageAddress.isOwnName(host) else {
      return refusal(.forbidden, "Open this page by an IP address or as localhost, not by another name.", request)
    }
    guard let route = Route(rawValue: request.path) else {
      return refusal(.notFound, "There is no such page.", request)
    }
    guard request.method == .GET || request.method == .HEAD else {
      var response = refusal(.methodNotAllowed, "This page is read-only.", request)
      response.headers[HTTPHeader("Allow")] = "GET, HEAD"
      return response
    }
    switch route {
    case .page: return response("text/html; charset=utf-8", document.html, request)
    case .style: return response("text/css; charset=utf-8", document.style, request)
    case .script: return response("text/javascript; charset=utf-8", document.script, request)
    case .state:
      let newest = content.newest(.states)
      return response("application/json", newest.number > 0 ? newest.bytes : Array("{}".utf8), request)
    case .picture:
      let newest = content.newest(.pictures)
      guard newest.number > 0 else { return refusal(.serviceUnavailable, "There is no picture yet.", request) }
      return response("image/jpeg", newest.bytes, request)
    case .stream: return stream(.pictures, request)
    case .events: return stream(.states, request)
    }
  }

  private func stream(_ kind: StreamKind, _ request: HTTPRequest) -> HTTPResponse {
    guard request.version == .http11 else {
      return refusal(HTTPStatusCode(505, phrase: "HTTP Version Not Supported"), "This needs HTTP/1.1.", request)
    }
    var headers = headers(LiveStream.contentType(kind))
    if request.method == .HEAD {
      headers[.connection] = "close"
      return HTTPResponse(statusCode: .ok, headers: headers, body: HTTPBodySequence(from: NoBody()))
    }
    guard let subscription = content.subscribe(to: kind) else {
      return refusal(.serviceUnavailable, "As many clients are connected as may be.", request)
    }
    let body = HTTPBodySequence(from: LiveStream(subscription: subscription), suggestedBufferSize: 64 << 10)
    return HTTPResponse(statusCode: .ok, headers: headers, body: body)
  }

  private func refusal(_ status: HTTPStatusCode, _ reason: String, _ request: HTTPRequest) -> HTTPResponse {
    response(PageHandler.plain, Array((reason + "\n").utf8), request, status: status)
  }

  /// - Parameter body: Sent, but for HEAD, whose answer says how long it is.
  private func response(
    _ type: String, _ body: [UInt8], _ request: HTTPRequest, status: HTTPStatusCode = .ok
  ) -> HTTPResponse {
    var headers = headers(type)
    headers[.contentLength] = String(body.count)
    return HTTPResponse(
      statusCode: status, headers: headers, body: request.method == .HEAD ? Data() : Data(body))
  }

  private func headers(_ type: String) -> HTTPHeaders {
    [
      .contentType: type,
      .cacheControl: "no-store",
      HTTPHeader("Content-Security-Policy"): PageDocument.policy,
      HTTPHeader("X-Content-Type-Options"): "nosniff",
      // Other sites' pages may not show the pictures either.
      HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
      HTTPHeader("Referrer-Policy"): "no-referrer",
    ]
  }
}
