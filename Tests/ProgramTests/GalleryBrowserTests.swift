import BrowserSupport
import Foundation
import TestSupport
import Testing

/// The gallery in a real browser.
@Suite(.enabled(if: Browser.path != nil, "Chromium is not installed")) struct GalleryBrowserTests {
  /// A class's name that would run, and would send for something, if the page believed it.
  private static let hostile = "<img src=x onerror=document.title='broken'>&'🎬</script>"

  private let scratch = Scratch()

  /// Writes a gallery and opens its page.
  private func open(
    width: Int = 1300, isPhone: Bool = false, video: String = GalleryWorld.video, rows: String = GalleryWorld.rows(),
    stand: String = "stand", _ words: [String] = []
  ) throws -> Browser {
    let source = try scratch.file("detections.csv", rows)
    let labels = try scratch.file("labels.pbtxt", GalleryWorld.labels(stand: stand))
    expectSuccess(
      Program.run(
        ["gallery", source, "--labelmap", labels, "--video", video, "--output-dir", scratch.path + "/g"] + words))
    let browser = try Browser()
    try browser.resize(width: width, isPhone: isPhone)
    try browser.open(scratch.path + "/g/index.html")
    return browser
  }

  /// Waits until a condition holds in the page.
  private func wait(_ browser: Browser, _ condition: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let script =
      "new Promise((go) => { const end = Date.now() + 30000; (function look() { const is = Boolean(\(condition));"
      + " is || Date.now() > end ? go(is) : setTimeout(look, 20); })(); })"
    #expect(try browser.value(script) as? Bool == true, "\(condition)", sourceLocation: sourceLocation)
  }

  private func set(_ browser: Browser, _ id: String, _ value: String) throws {
    _ = try browser.value(
      "(() => { const input = document.getElementById('\(id)'); input.value = '\(value)';"
        + " input.dispatchEvent(new Event('input', { bubbles: true })); })()")
  }

  private func texts(_ browser: Browser, _ selector: String) throws -> [String] {
    try browser.value("[...document.querySelectorAll('\(selector)')].map((one) => one.textContent)") as? [String] ?? []
  }

  private func count(_ browser: Browser, _ selector: String) throws -> Int {
    try browser.value("document.querySelectorAll('\(selector)').length") as? Int ?? -1
  }

  private let film = "document.getElementById('film')"

  @Test("Nothing is asked of the network, nothing goes wrong, and names of classes do not run")
  func quiet() throws {
    let browser = try open(stand: Self.hostile)
    try wait(browser, "\(film).readyState >= 2 && !\(film).seeking")
    _ = try browser.value("document.querySelector('.shot').click()")
    #expect(try browser.value("document.title") as? String == "synth1")
    #expect(try texts(browser, "#action option").contains(Self.hostile))
    #expect(try texts(browser, ".key figcaption li").first?.contains(Self.hostile) == true)
    #expect(try browser.value("[...document.images].every((one) => !one.src.endsWith('/x'))") as? Bool == true)
    let requests = browser.events.filter { $0.name == "Network.requestWillBeSent" }.map { event in
      (event.parameters["request"] as? [String: Any])?["url"] as? String ?? ""
    }
    #expect(requests.count > 3 && requests.allSatisfy { $0.hasPrefix("file:") || $0.hasPrefix("data:") }, "\(requests)")
    let complaints = browser.events.filter {
      ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"].contains($0.name)
    }
    #expect(complaints.isEmpty, "\(complaints)")
  }

  @Test("Filters by action, person and score hide key frames, boxes and intervals, and bring them back")
  func filters() throws {
    let browser = try open()
    #expect(try count(browser, ".key") == 4 && count(browser, ".key .box") == 6 && count(browser, ".person") == 2)
    #expect(try texts(browser, "#count") == ["4 of 4 key frames"])
    try set(browser, "action", "14")
    #expect(try count(browser, ".key") == 2 && count(browser, ".key .box") == 2)
    #expect(try texts(browser, ".key li") == ["2walk 0.60", "2walk 0.55"])
    #expect(try texts(browser, ".person h2 button") == ["person 2"])
    try set(browser, "least", "0.58")
    #expect(try texts(browser, "#count") == ["1 of 4 key frames"] && texts(browser, "#least-text") == ["0.58"])
    try set(browser, "action", "")
    try set(browser, "least", "0.1")
    try set(browser, "person", "1")
    #expect(try count(browser, ".key") == 4 && count(browser, ".key .box") == 4 && count(browser, ".person") == 1)
    // A person's own button takes the filter away, and sets it.
    _ = try browser.value("document.querySelector('.person h2 button').click()")
    #expect(try count(browser, ".key .box") == 6)
    _ = try browser.value("document.querySelectorAll('.person h2 button')[1].click()")
    #expect(try browser.value("document.getElementById('person').value") as? String == "2")
    #expect(try count(browser, ".key") == 2)
    #expect(
      try browser.value("document.querySelector('.person h2 button').getAttribute('aria-pressed')") as? String == "true"
    )
  }

  @Test("Best first, and by time again")
  func order() throws {
    let rows = "synth1,1,0.1,0.2,0.3,0.9,12,0.5\nsynth1,2,0.1,0.2,0.3,0.9,12,0.9\nsynth1,3,0.1,0.2,0.3,0.9,12,0.7\n"
    let browser = try open(rows: rows)
    #expect(try texts(browser, ".when") == ["0001 s", "0002 s", "0003 s"])
    try set(browser, "order", "score")
    #expect(try texts(browser, ".when") == ["0002 s", "0003 s", "0001 s"])
    try set(browser, "order", "time")
    #expect(try texts(browser, ".when") == ["0001 s", "0002 s", "0003 s"])
  }

  @Test(
    "Key frames and intervals seek the video, by mouse and keyboard; the boxes and the words follow",
    arguments: ["link", "embed"])
  func seeking(media: String) throws {
    let browser = try open(["--media", media])
    func isAt(_ second: Double) throws {
      try wait(browser, "Math.abs(\(film).currentTime - \(second)) < 0.05 && !\(film).seeking")
    }
    try wait(browser, "\(film).readyState >= 1")
    try isAt(1)
    _ = try browser.value("document.querySelectorAll('.shot')[2].click()")
    try isAt(3)
    try wait(browser, "document.querySelectorAll('#marks .box').length === 2")
    #expect(try texts(browser, "#marks text").sorted() == ["1 stand", "2 walk"])
    #expect(try texts(browser, "#now")[0].contains("3 s") && texts(browser, "#now")[0].contains("walk 0.57"))
    #expect(try browser.value("document.querySelector('.current figcaption .when').textContent") as? String == "0003 s")
    // The second person's interval begins half a second before its first key frame.
    _ = try browser.value("document.querySelectorAll('.person')[1].querySelector('.bar button').click()")
    try isAt(1.5)
    // Between two key frames boxes are between their places.
    _ = try browser.value("document.querySelectorAll('.shot')[3].focus()")
    try browser.press("Enter", code: 13, text: "\r")
    try isAt(4)
    try browser.press("ArrowLeft", code: 37, text: "")
    try browser.press("Enter", code: 13, text: "\r")
    try isAt(3)
    try wait(browser, "document.getElementById('people').style.getPropertyValue('--at').startsWith('50.')")
    try set(browser, "person", "2")
    #expect(try texts(browser, "#marks text") == ["2 walk"])
  }

  @Test("While the video plays, the boxes move straight from key frame to key frame")
  func moving() throws {
    let rows = "synth1,1,0,0.2,0.3,0.9,12,0.9\nsynth1,2,0.1,0.2,0.4,0.9,12,0.9\n"
    let browser = try open(rows: rows)
    try wait(browser, "\(film).readyState >= 1 && !\(film).seeking")
    _ = try browser.value("\(film).currentTime = 1.5")
    try wait(browser, "Math.abs(Number(document.querySelector('#marks .box')?.getAttribute('x')) - 50) < 3")
    // Beyond the last one by more than half of their distance nobody is said to be there.
    _ = try browser.value("\(film).currentTime = 2.8")
    try wait(browser, "document.querySelectorAll('#marks .box').length === 0")
    // Slowly: on a busy machine a second and a half may pass between two looks.
    _ = try browser.value(
      "\(film).currentTime = 1; \(film).muted = true; \(film).playbackRate = 0.2; \(film).play()")
    try wait(browser, "Number(document.querySelector('#marks .box')?.getAttribute('x')) > 20")
  }

  @Test(
    "On a phone nothing is wider than the screen, folded or open, and the video stays in sight", arguments: [390, 320])
  func phone(width: Int) throws {
    let name = String(repeating: "averylongname", count: 12)
    let browser = try open(width: width, isPhone: true, stand: name)
    try wait(browser, "\(film).readyState >= 1")
    #expect(try browser.value("document.getElementById('people-fold').open") as? Bool == false)
    for state in [false, true] {
      _ = try browser.value("document.getElementById('people-fold').open = \(state)")
      #expect(try browser.value("document.documentElement.scrollWidth") as? Int == width)
      #expect(try browser.value("innerWidth") as? Int == width)
    }
    _ = try browser.value("document.querySelectorAll('.key')[3].scrollIntoView({ block: 'end' })")
    let stage = "document.getElementById('stage').getBoundingClientRect()"
    #expect(
      try browser.value("scrollY > 100 && Math.abs(\(stage).top) < 1 && \(stage).height < innerHeight / 2") as? Bool
        == true)
    // What a finger has to hit.
    let small = "[...document.querySelectorAll('.filters select, .bar button, .shot, .person h2 button')]"
    #expect(try browser.value(small + ".every((one) => one.offsetHeight >= 36)") as? Bool == true)
  }

  @Test("A film that the browser does not play: the pictures of the key frames take its place")
  func unplayable() throws {
    let rows = "mjpeg,0,0.1,0.2,0.3,0.9,12,0.9\nmjpeg,0.2,0.1,0.2,0.3,0.9,12,0.8\n"
    let browser = try open(video: projectRoot + "/Tests/Fixtures/Video/mjpeg.avi", rows: rows)
    try wait(browser, "\(film).hidden && !document.getElementById('unplayable').hidden")
    #expect(try texts(browser, "#unplayable")[0].contains("(mjpeg in AVI (Audio Video Interleaved))"))
    let still = "document.getElementById('still')"
    #expect(try browser.value("!\(still).hidden && \(still).src.endsWith('/mjpeg/0000.jpg')") as? Bool == true)
    _ = try browser.value("document.querySelectorAll('.shot')[1].click()")
    #expect(try browser.value("\(still).src.endsWith('/mjpeg/0000.2.jpg')") as? Bool == true)
    #expect(try texts(browser, "#marks text") == ["1 stand"])
  }

  @Test("Of hundreds of key frames some are there at first, the others as one comes to them")
  func many() throws {
    let rows = (0..<300).map { "synth1,\(Double($0) / 50),0.1,0.2,0.3,0.9,12,0.9\n" }.joined()
    let browser = try open(rows: rows)
    #expect(try texts(browser, "#count") == ["300 of 300 key frames"])
    let first = try count(browser, ".key")
    #expect(first >= 48 && first < 300)
    #expect(
      try browser.value("[...document.querySelectorAll('.key img')].every((one) => one.loading === 'lazy')") as? Bool
        == true)
    for _ in 0..<6 {
      let before = try count(browser, ".key")
      _ = try browser.value("scrollTo(0, document.documentElement.scrollHeight)")
      if before < 300 { try wait(browser, "document.querySelectorAll('.key').length > \(before)") }
    }
    #expect(try count(browser, ".key") == 300)
    #expect(try browser.value("document.getElementById('more').hidden") as? Bool == true)
  }

  @Test("Without scripts the page says what it lacks")
  func withoutScripts() throws {
    let browser = try open()
    try browser.call("Emulation.setScriptExecutionDisabled", ["value": true])
    try browser.open(scratch.path + "/g/index.html")
    #expect(
      try browser.value("document.querySelector('noscript').innerText") as? String
        == "This page draws itself with a script, which is switched off here.")
  }

  @Test("The list of a batch: filtered, and no wider than a phone")
  func list() throws {
    let other = scratch.path + "/other.mp4"
    try FileManager.default.copyItem(atPath: GalleryWorld.video, toPath: other)
    let rows = GalleryWorld.rows() + "other,1,0.1,0.2,0.3,0.9,14,0.9\n"
    let browser = try open(width: 390, isPhone: true, rows: rows, ["--video", other])
    #expect(try count(browser, "#video-table tbody tr") == 2)
    #expect(try browser.value("document.documentElement.scrollWidth") as? Int == 390)
    try set(browser, "video-filter", "stand")
    #expect(try texts(browser, "#video-table tbody tr:not([hidden]) th") == ["synth1"])
    let link = try browser.value("document.querySelector('#video-table tbody th a').href") as? String ?? ""
    try browser.open(String(link.dropFirst("file://".count)))
    try wait(browser, "document.querySelector('#keys .key') !== null")
    #expect(try browser.value("document.title") as? String == "other")
  }
}
