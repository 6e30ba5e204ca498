import BrowserSupport
import Files
import LivePage
import TestSupport
import Testing

/// The page in a real browser.
@Suite(.ownThread, .enabled(if: Browser.path != nil, "Chromium is not installed")) struct BrowserTests {
  private static let state = #"""
    {"time": 3723.46, "latency": 1.44, "dropped": 7, "status": "watching", "note": "2 frames were damaged",
     "people": [
      {"id": 3, "box": [0.1, 0.2, 0.3, 0.9], "actions": [
        {"name": "stand", "score": 0.93}, {"name": "talk to (e.g., self, a person, a group)", "score": 0.5}]},
      {"id": 12, "actions": []}]}
    """#

  private func frame(_ name: String) throws -> [UInt8] {
    try readFile(projectRoot + "/Tests/Fixtures/Pipeline/frames/\(name).jpg", doing: "reading a picture")
  }

  private func open(_ served: Served, width: Int = 1200, isPhone: Bool = false) throws -> Browser {
    let browser = try Browser()
    try browser.resize(width: width, isPhone: isPhone)
    try browser.open(address: "http://127.0.0.1:\(served.port)/")
    return browser
  }

  /// Waits until a condition of JavaScript holds; false after a minute.
  private func comesTrue(_ condition: String, _ browser: Browser) throws -> Bool {
    try browser.value(
      "new Promise((done) => { const end = Date.now() + 60000; (function look() { "
        + "if (\(condition)) done(true); else if (Date.now() > end) done(false); else setTimeout(look, 20); })(); })")
      as? Bool == true
  }

  private func text(_ selector: String, _ browser: Browser) throws -> String {
    let script = "[...document.querySelectorAll('\(selector)')].map((found) => found.textContent).join('|')"
    return try browser.value(script) as? String ?? ""
  }

  @Test("The picture and the list are shown, and follow what comes")
  func shows() throws {
    // Without repetition: each picture is seen though no other follows.
    let served = try Served(title: "Front door", limits: LivePage.Limits(repeatInterval: .seconds(600)))
    served.page.show(jpeg: try frame("0_0"))
    served.page.update(state: Self.state)
    let browser = try open(served)
    #expect(try comesTrue("document.getElementById('picture').naturalWidth > 0", browser))
    #expect(try comesTrue("document.getElementById('picture').offsetWidth > 100", browser))
    #expect(try comesTrue("document.querySelectorAll('#people > li').length === 2", browser))
    #expect(try text("h1", browser) == "Front door")
    #expect(try text("#status", browser) == "watching")
    #expect(try text("dd", browser) == "1:02:03.5|1.4 s|7")
    #expect(try text("#note", browser) == "2 frames were damaged")
    #expect(try text("#people h3", browser) == "Person 3|Person 12")
    #expect(try text("#people .name", browser) == "stand|talk to (e.g., self, a person, a group)")
    #expect(try text("#people .score", browser) == "0.93|0.50")
    let widths = "[...document.querySelectorAll('.bar')].map((bar) => bar.style.width).join()"
    #expect(try browser.value(widths) as? String == "93%,50%")
    // Of another size.
    #expect(try browser.value("document.getElementById('picture').naturalWidth") as? Int == 61)
    served.page.show(jpeg: try readFile(projectRoot + "/Tests/Fixtures/Imaging/422.jpg", doing: "reading a picture"))
    #expect(try comesTrue("document.getElementById('picture').naturalWidth === 37", browser))
    served.page.update(state: #"{"status": "stalled"}"#)
    #expect(try comesTrue("document.getElementById('status').dataset.status === 'stalled'", browser))
    #expect(try text("#people > li, #count, #note", browser) == "|")
    #expect(try browser.value("document.getElementById('nobody').hidden") as? Bool == false)
    #expect(try text("dd", browser) == "-|-|-")
  }

  @Test("Nothing is asked of others, nothing goes wrong, and names do not run")
  func quiet() throws {
    let served = try Served()
    served.page.show(jpeg: try frame("0_0"))
    let hostile = "<img src=x onerror=document.title='broken'><script>document.title='broken'</script>"
    served.page.update(
      state: #"{"status": "\#(hostile)", "note": "\#(hostile)", "people": [{"id": "\#(hostile)", "actions": "#
        + #"[{"name": "\#(hostile)", "score": 2}, null, {"name": 7, "score": "x"}]}, 5, null]}"#)
    let browser = try open(served)
    #expect(try comesTrue("document.querySelectorAll('#people > li').length === 1", browser))
    #expect(try comesTrue("document.getElementById('picture').naturalWidth > 0", browser))
    #expect(try text("#people .name", browser) == hostile + "|unnamed")
    #expect(try text("#status", browser) == hostile)
    #expect(try browser.value("document.title") as? String == "Test")
    #expect(try browser.value("document.images.length") as? Int == 1)
    for event in browser.events where event.name == "Network.requestWillBeSent" {
      let address = (event.parameters["request"] as? [String: Any])?["url"] as? String ?? ""
      #expect(address.hasPrefix("http://127.0.0.1:\(served.port)/") || address == "data:,")
    }
    let complaints = browser.events.filter {
      ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"].contains($0.name)
    }
    #expect(complaints.isEmpty, "\(complaints)")
  }

  @Test("Nothing is wider than the window, with five hundred people too", arguments: [320, 390, 800, 1200])
  func fits(width: Int) throws {
    let served = try Served(title: "A title of many words that does not fit in the width of a telephone at all")
    served.page.show(jpeg: try frame("0_0"))
    let action = #"{"name": "\#(String(repeating: "walk", count: 20))", "score": 0.5}"#
    let people = (0..<500).map { #"{"id": \#($0), "actions": [\#(action)]}"# }.joined(separator: ",")
    served.page.update(state: #"{"time": 1, "people": [\#(people)]}"#)
    let browser = try open(served, width: width, isPhone: width < 600)
    #expect(try comesTrue("document.querySelectorAll('#people > li').length > 1", browser))
    #expect(try comesTrue("document.getElementById('picture').naturalWidth > 0", browser))
    #expect(try browser.value("document.documentElement.scrollWidth <= innerWidth") as? Bool == true)
    #expect(try text("#people > li.more", browser) == "and 400 more")
    #expect(try text("#count", browser) == "500")
  }

  @Test("A server that goes away is said, and found again")
  func connection() throws {
    let served = try Served()
    served.page.show(jpeg: try frame("0_0"))
    served.page.update(state: #"{"status": "watching"}"#)
    let browser = try open(served)
    #expect(try comesTrue("document.getElementById('status').textContent === 'watching'", browser))
    served.page.stop()
    #expect(try comesTrue("document.getElementById('status').dataset.status === 'lost'", browser))
    let next = LivePage(try PageAddress("127.0.0.1:\(served.port)"), title: "Test")
    _ = try next.start()
    defer { next.stop() }
    next.show(jpeg: try readFile(projectRoot + "/Tests/Fixtures/Imaging/422.jpg", doing: "reading a picture"))
    next.update(state: #"{"status": "ended"}"#)
    #expect(try comesTrue("document.getElementById('status').textContent === 'ended'", browser))
    #expect(try comesTrue("document.getElementById('picture').naturalWidth === 37", browser))
  }
}
