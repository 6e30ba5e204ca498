import LivePage
import TestSupport
import Testing

@Suite(.ownThread) struct RouteTests {
  private static let routes = [
    ("/", "text/html; charset=utf-8"), ("/page.css", "text/css; charset=utf-8"),
    ("/page.js", "text/javascript; charset=utf-8"), ("/picture.jpg", "image/jpeg"), ("/state.json", "application/json"),
  ]
  private static let picture: [UInt8] = [0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]
  private static let state = #"{"time": 12.0, "people": []}"#

  private func served(title: String = "Test") throws -> Served {
    let served = try Served(title: title)
    served.page.show(jpeg: Self.picture)
    served.page.update(state: Self.state)
    return served
  }

  /// What every answer says, whatever was asked.
  private func expectGuarded(_ response: Client.Response, _ comment: String) {
    #expect(response.headers["cache-control"] == "no-store", "\(comment)")
    #expect(response.headers["x-content-type-options"] == "nosniff", "\(comment)")
    #expect(response.headers["cross-origin-resource-policy"] == "same-origin", "\(comment)")
    let policy = response.headers["content-security-policy"] ?? ""
    #expect(policy.hasPrefix("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "\(comment)")
    #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("http"), "\(comment)")
    #expect(response.headers.keys.filter { $0.hasPrefix("access-control") } == [], "\(comment)")
  }

  @Test func everyRouteAnswersGetAndHead() throws {
    let served = try served()
    for (path, type) in Self.routes {
      let found = try served.get(path)
      #expect(found.status == 200 && found.headers["content-type"] == type, "\(path)")
      #expect(found.body.count > 6, "\(path)")
      expectGuarded(found, path)
      let client = try Client(served.port)
      client.request(path, method: "HEAD", more: "Connection: close\r\n")
      let head = try client.head()
      #expect(head.status == 200 && head.headers["content-length"] == "\(found.body.count)", "\(path)")
      #expect(head.headers["content-type"] == type, "\(path)")
      #expect(try client.rest() == [], "\(path)")
    }
    #expect(try served.get("/picture.jpg?7").body == Self.picture)
    #expect(try served.get("/state.json").text == Self.state)
  }

  @Test(arguments: [
    ("/stream.mjpeg", "multipart/x-mixed-replace; boundary="), ("/events", "text/event-stream; charset=utf-8"),
  ])
  func headOfAStreamEnds(path: String, type: String) throws {
    let served = try served()
    let client = try Client(served.port)
    client.request(path, method: "HEAD")
    let head = try client.head()
    #expect(head.status == 200 && head.headers["content-type"]?.hasPrefix(type) == true)
    #expect(head.headers["content-length"] == nil)
    expectGuarded(head, path)
    #expect(try client.rest() == [])
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
  func nothingCanBeChanged(method: String) throws {
    let served = try served()
    for path in Self.routes.map(\.0) + ["/stream.mjpeg", "/events"] {
      let found = try served.get(path, method: method)
      #expect(found.status == 405 && found.headers["allow"] == "GET, HEAD", "\(path)")
      expectGuarded(found, path)
    }
  }

  @Test(arguments: ["/index.html", "/page", "/%2e%2e/etc/passwd", "/stream", "/favicon.ico", "/state.json/x"])
  func otherPathsAreNotThere(path: String) throws {
    let found = try served().get(path)
    #expect(found.status == 404)
    expectGuarded(found, path)
  }

  @Test(arguments: [
    "127.0.0.1", "127.0.0.1:8080", "localhost", "LocalHost:1", "[::1]", "[::1]:8080", "192.168.7.7:80",
  ])
  func ownNamesAreAnswered(host: String) throws { #expect(try served().get("/state.json", host: host).status == 200) }

  @Test(arguments: [
    "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1:x", "",
    "::1", "[::1", "1", "127.0.0.1:80:evil",
  ])
  func otherNamesAreRefused(host: String) throws {
    let served = try served()
    for path in Self.routes.map(\.0) + ["/stream.mjpeg", "/events", "/none"] {
      let found = try served.get(path, host: host)
      #expect(found.status == 403 && !found.text.contains("evil"), "\(path)")
      expectGuarded(found, path)
    }
  }

  @Test func aNameMustBeGiven() throws { #expect(try served().get("/state.json", host: nil).status == 403) }

  @Test func thereIsNothingAtFirst() throws {
    let served = try Served()
    #expect(try served.get("/picture.jpg").status == 503)
    #expect(try served.get("/state.json").text == "{}")
  }

  @Test func aTitleIsText() throws {
    let page = try served(title: "<script>alert('&\"')</script>").get("/").text
    let escaped = "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"
    #expect(page.contains("<title>\(escaped)</title>") && page.contains("<h1>\(escaped)</h1>"))
    #expect(!page.contains("<script>alert") && !page.contains("{{"))
  }

  @Test func aConnectionServesManyRequests() throws {
    let served = try served()
    let client = try Client(served.port)
    for _ in 0..<3 {
      client.request("/state.json")
      #expect(try client.response().text == Self.state)
    }
  }

  @Test func oldClientsGetNoStream() throws {
    let served = try served()
    let client = try Client(served.port)
    client.request("/stream.mjpeg", version: "HTTP/1.0")
    #expect(try client.response().status == 505)
  }

  @Test func whatIsNoRequestEndsItsConnection() throws {
    let served = try served()
    let client = try Client(served.port)
    client.send("\u{16}\u{3}\u{1}\n\r\n")
    _ = try client.rest()
    #expect(try served.get("/").status == 200)
  }
}
