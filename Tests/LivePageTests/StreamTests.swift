import Glibc
import LivePage
import Testing

/// Bytes that stand for a picture: its number, and filling with line ends and hyphens as a picture may have them.
private func picture(_ number: Int, size: Int = 5000) -> [UInt8] {
  var bytes = Array("\(number) \r\n--".utf8)
  bytes += (bytes.count..<max(size, bytes.count)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
  return bytes
}

private func number(of picture: [UInt8]?) -> Int? {
  picture.flatMap { Int(String(decoding: $0.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)) }
}

/// Looks until something is so; false after a minute.
private func comesTrue(_ condition: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<600 {
    if try condition() { return true }
    usleep(100_000)
  }
  return false
}

/// No repetition and no loss of patience in the time of a test.
private let still = LivePage.Limits(repeatInterval: .seconds(600), patience: .seconds(600))

@Suite(.ownThread) struct StreamTests {
  @Test func theNewestPictureComesAtOnceAndEachNewOneBehind() throws {
    let served = try Served(limits: still)
    served.page.show(jpeg: picture(1))
    served.page.show(jpeg: picture(2, size: 200_000))
    let client = try Client(served.port)
    try client.openStream()
    #expect(try client.picture() == picture(2, size: 200_000))
    served.page.show(jpeg: picture(3))
    #expect(try client.picture() == picture(3))
    // The smallest that is one.
    served.page.show(jpeg: [])
    #expect(try client.picture() == [])
  }

  @Test func aStreamWaitsForTheFirstPicture() throws {
    let served = try Served(limits: still)
    let client = try Client(served.port)
    try client.openStream()
    served.page.show(jpeg: picture(1))
    #expect(try client.picture() == picture(1))
  }

  @Test func theNewestIsRepeated() throws {
    let served = try Served(limits: LivePage.Limits(repeatInterval: .milliseconds(50)))
    served.page.show(jpeg: picture(1))
    served.page.update(state: "{}")
    let (pictures, states) = (try Client(served.port), try Client(served.port))
    try pictures.openStream()
    for _ in 0..<4 { #expect(try pictures.picture(isNew: false) == picture(1)) }
    states.request("/events")
    #expect(try states.head().status == 200)
    for line in ["retry: 2000", "", "data: {}", "", ": nothing new", "", ": nothing new", ""] {
      #expect(try states.bodyLine() == line)
    }
  }

  /// Chromium shows a picture only when the next one begins.
  @Test func aPictureThatNoneFollowsIsSentTwice() throws {
    let served = try Served(limits: still)
    let client = try Client(served.port)
    try client.openStream()
    for index in 1...2 {
      served.page.show(jpeg: picture(index))
      for _ in 0..<2 { #expect(try client.picture(isNew: false) == picture(index)) }
    }
  }

  @Test func twoClientsSeeTheSame() throws {
    let served = try Served(limits: still)
    served.page.show(jpeg: picture(1))
    let clients = [try Client(served.port), try Client(served.port)]
    for client in clients {
      try client.openStream()
      #expect(try client.picture() == picture(1))
    }
    served.page.show(jpeg: picture(2))
    for client in clients { #expect(try client.picture() == picture(2)) }
  }

  @Test func aSlowClientSkipsPicturesAndDelaysNobody() throws {
    let served = try Served(limits: still)
    let slow = try Client(served.port, receiveBuffer: 4096)
    try slow.openStream()
    let quick = try Client(served.port)
    try quick.openStream()
    for index in 1...100 {
      served.page.show(jpeg: picture(index, size: 100_000))
      #expect(number(of: try quick.picture()) == index)
    }
    var seen: [Int] = []
    while seen.last != 100 {
      let bytes = try #require(try slow.picture())
      seen.append(try #require(number(of: bytes)))
      #expect(bytes == picture(seen.last!, size: 100_000))
    }
    #expect(seen == seen.sorted() && seen.count < 50)
  }

  @Test func eachStateIsAnEventThatBrowsersReadAsItWas() throws {
    let served = try Served(limits: still)
    served.page.update(state: #"{"time": 1}"#)
    let client = try Client(served.port)
    client.request("/events")
    let head = try client.head()
    #expect(head.status == 200 && head.headers["content-type"] == "text/event-stream; charset=utf-8")
    for line in ["retry: 2000", "", #"data: {"time": 1}"#, ""] { #expect(try client.bodyLine() == line) }
    served.page.update(state: "{\n \"time\": 2\r\n}")
    for line in ["data: {", #"data:  "time": 2"#, "data: }", ""] { #expect(try client.bodyLine() == line) }
  }

  @Test(arguments: ["/stream.mjpeg", "/events"])
  func onlySoManyMayWatch(path: String) throws {
    var limits = still
    limits.clients = 2
    limits.repeatInterval = .milliseconds(50)
    let served = try Served(limits: limits)
    served.page.show(jpeg: picture(1))
    var clients = [try Client(served.port), try Client(served.port)]
    for client in clients {
      client.request(path)
      #expect(try client.head().status == 200)
    }
    #expect(try served.get(path).status == 503)
    #expect(try served.get("/").status == 200)
    // The place of one that is gone is free again.
    clients.removeLast()
    #expect(
      try comesTrue {
        let client = try Client(served.port)
        client.request(path)
        return try client.head().status == 200
      })
  }

  @Test func aClientThatNeverReadsIsLetGoOf() throws {
    let served = try Served(limits: LivePage.Limits(clients: 1, patience: .seconds(2)))
    served.page.show(jpeg: picture(1, size: 4_000_000))
    let stuck = try Client(served.port, receiveBuffer: 4096)
    stuck.request("/stream.mjpeg")
    _ = try stuck.head()
    #expect(
      try comesTrue {
        let client = try Client(served.port)
        client.request("/stream.mjpeg")
        return try client.head().status == 200
      })
    // Only what the system had taken for it is there.
    #expect(try stuck.rest().count < 4_000_000)
  }

  @Test func aClientThatAsksNothingIsLetGoOf() throws {
    let served = try Served(limits: LivePage.Limits(patience: .milliseconds(300)))
    let silent = try Client(served.port)
    silent.send("GET / HT")
    #expect(try silent.rest() == [])
  }

  @Test func stoppingEndsEverythingInGoodOrder() throws {
    let served = try Served(limits: still)
    served.page.show(jpeg: picture(1))
    let (pictures, states, idle) = (try Client(served.port), try Client(served.port), try Client(served.port))
    try pictures.openStream()
    #expect(try pictures.picture() == picture(1))
    states.request("/events")
    _ = try states.head()
    idle.request("/state.json")
    #expect(try idle.response().status == 200)
    served.page.stop()
    // Both bodies end with their last chunk.
    #expect(try pictures.picture() == nil)
    while try states.bodyLine() != nil {}
    #expect(try idle.rest() == [])
    #expect(throws: Client.Failure.self) { try Client(served.port) }
    // It is no harm to bring more, or to stop again; and the port is free.
    served.page.show(jpeg: picture(2))
    served.page.update(state: "{}")
    served.page.stop()
    let next = LivePage(try PageAddress("127.0.0.1:\(served.port)"), title: "")
    #expect(try next.start() == served.port)
    next.stop()
  }

  @Test func aClientThatNeverReadsDoesNotKeepItFromStopping() throws {
    let served = try Served(limits: still)
    let stuck = try Client(served.port, receiveBuffer: 4096)
    served.page.show(jpeg: picture(1, size: 4_000_000))
    stuck.request("/stream.mjpeg")
    _ = try stuck.head()
    served.page.stop()
    #expect(throws: Client.Failure.self) { try Client(served.port) }
    #expect(try stuck.rest().count < 4_000_000)
  }
}
