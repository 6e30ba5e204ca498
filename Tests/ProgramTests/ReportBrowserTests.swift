import BrowserSupport
import Foundation
import TestSupport
import Testing

/// The report in a real browser.
@Suite(.enabled(if: Browser.path != nil, "Chromium is not installed")) struct ReportBrowserTests {
  /// A class's name that would run, and would send for something, if the page believed it.
  private static let hostile = "<img src=x onerror=document.title='broken'><script>document.title='broken'</script>"

  /// Writes a report with pictures and opens it.
  ///
  /// - Parameter walk: What the class "walk" is called instead.
  private func open(_ scratch: Scratch, width: Int, isPhone: Bool = false, walk: String = hostile) throws -> Browser {
    let detections = try ReportWorld.detections(scratch)
    let labels = try lines(LittleWorld.annotations + "/labelmap.pbtxt").joined(separator: "\n")
    #expect(labels.contains("\"walk\""))
    let map = try scratch.file("labels.pbtxt", labels.replacingOccurrences(of: "\"walk\"", with: "\"\(walk)\""))
    let result = Program.run([
      "evaluate", "--groundtruth", LittleWorld.annotations + "/groundtruth.csv", "--labelmap", map, "--detections",
      detections, "--bootstrap", "20", "--report", scratch.path + "/report", "--frames", LittleWorld.folder + "/frames",
    ])
    expectSuccess(result)
    let browser = try Browser()
    try browser.resize(width: width, isPhone: isPhone)
    try browser.open(scratch.path + "/report/index.html")
    return browser
  }

  @Test("Nothing is asked of the network, nothing goes wrong, and names of classes do not run")
  func quiet() throws {
    let browser = try open(Scratch(), width: 1200)
    #expect((try browser.value("document.title") as? String)?.hasPrefix("found.csv: mAP ") == true)
    _ = try browser.value("document.querySelectorAll('details').forEach((fold) => fold.open = true)")
    #expect(try browser.value("[...document.images].length") as? Int == 0)
    let requests = browser.events.filter { $0.name == "Network.requestWillBeSent" }.map { event in
      ((event.parameters["request"] as? [String: Any])?["url"] as? String ?? "").prefix(5)
    }
    #expect(requests.filter { $0 == "file:" }.count == 1 && requests.allSatisfy { $0 == "file:" || $0 == "data:" })
    let complaints = browser.events.filter {
      ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"].contains($0.name)
    }
    #expect(complaints.isEmpty, "\(complaints)")
  }

  @Test("Tables sort by mouse and keyboard, up and down, and say so")
  func sorting() throws {
    let browser = try open(Scratch(), width: 1200)
    let heading = "document.querySelectorAll('#class-table thead th')[2]"
    let column =
      "[...document.querySelectorAll('#class-table tbody tr')].map((row) => row.cells[2].dataset.v)"
      + ".filter(Boolean).map(Number)"
    let before = try #require(try browser.value(column) as? [Double])
    #expect(before.count >= 3 && before != before.sorted(by: >) && before != before.sorted())
    #expect(try browser.value("\(heading).getAttribute('aria-sort')") as? String == "none")
    _ = try browser.value("\(heading).querySelector('button').click()")
    #expect(try browser.value(column) as? [Double] == before.sorted(by: >))
    #expect(try browser.value("\(heading).getAttribute('aria-sort')") as? String == "descending")
    _ = try browser.value("\(heading).querySelector('button').focus()")
    try browser.press("Enter", code: 13, text: "\r")
    #expect(try browser.value(column) as? [Double] == before.sorted())
    #expect(try browser.value("\(heading).getAttribute('aria-sort')") as? String == "ascending")
    #expect(try browser.value("document.querySelectorAll('#class-table [aria-sort=none]').length") as? Int ?? 0 > 5)
  }

  @Test("The filter hides the other classes; a link opens its class")
  func filtering() throws {
    let browser = try open(Scratch(), width: 1200)
    _ = try browser.value(
      "(() => { const input = document.getElementById('class-filter'); input.value = 'STAND pose';"
        + " input.dispatchEvent(new Event('input')); })()")
    #expect(try browser.value("document.querySelectorAll('#class-table tbody tr:not([hidden])').length") as? Int == 1)
    #expect(try browser.value("document.getElementById('class-table-shown').textContent") as? String == "1 shown")
    let link = "document.querySelector('#class-table tbody tr:not([hidden]) a')"
    let fold = "document.querySelector(\(link).getAttribute('href')).closest('details')"
    #expect(try browser.value("\(fold).open") as? Bool == false)
    _ = try browser.value("\(link).click()")
    let wait = "new Promise((go) => { const end = Date.now() + 5000; (function look() { "
    #expect(
      try browser.value(
        wait + "\(fold).open || Date.now() > end ? go(1) : setTimeout(look, 20); })(); })") != nil)
    #expect(try browser.value("\(fold).open") as? Bool == true)
  }

  @Test("On a phone nothing is wider than the screen, folded or open", arguments: [390, 320])
  func phone(width: Int) throws {
    let browser = try open(Scratch(), width: width, isPhone: true)
    for state in [false, true] {
      _ = try browser.value("document.querySelectorAll('details').forEach((fold) => fold.open = \(state))")
      #expect(try browser.value("document.documentElement.scrollWidth") as? Int == width)
      #expect(try browser.value("innerWidth") as? Int == width)
    }
    // Scrolled to its end, the class table still has the names under their heading, and the headings over the numbers.
    let table = "document.getElementById('class-table')"
    _ = try browser.value(
      "\(table).parentElement.scrollTo(9999, 9999); document.getElementById('class-table-idle').click()")
    _ = try browser.value("\(table).parentElement.scrollTo(9999, 9999)")
    let box = "\(table).parentElement.getBoundingClientRect()"
    let corner = "\(table).tHead.rows[0].cells[0].getBoundingClientRect()"
    let name = "[...\(table).tBodies[0].rows].at(-1).cells[0].getBoundingClientRect()"
    #expect(try browser.value("\(table).parentElement.scrollLeft > 100") as? Bool == true)
    for edge in ["\(corner).left - \(box).left", "\(name).left - \(box).left", "\(corner).top - \(box).top"] {
      #expect(
        abs(try #require(try browser.value(edge) as? Double ?? (browser.value(edge) as? Int).map(Double.init))) < 1)
    }
  }

  @Test("A wide screen shows the class table whole, its header stays at the top, and empty rows come on demand")
  func wide() throws {
    let browser = try open(Scratch(), width: 1920)
    let table = "document.getElementById('class-table')"
    #expect(try browser.value("\(table).offsetWidth <= \(table).parentElement.clientWidth") as? Bool == true)
    #expect(try browser.value("\(table).parentElement.classList.contains('fits')") as? Bool == true)
    let shown = "[...\(table).tBodies[0].rows].filter((row) => row.offsetHeight > 0).length"
    let idle = "\(table).querySelectorAll('.idle').length"
    let before = try #require(try browser.value(shown) as? Int)
    _ = try browser.value("document.getElementById('class-table-idle').click()")
    let folded = try #require(try browser.value(idle) as? Int)
    #expect(try browser.value(shown) as? Int == before + folded && folded > 0 && before > 0)
    _ = try browser.value("[...\(table).tBodies[0].rows].at(-1).scrollIntoView({ block: 'center' })")
    #expect(try browser.value("Math.round(\(table).tHead.rows[0].cells[3].getBoundingClientRect().top)") as? Int == 0)
  }

  @Test("Without scripts the page reads the same, without what only a script can do")
  func withoutScripts() throws {
    let scratch = Scratch()
    let browser = try open(scratch, width: 1200)
    let text = "document.querySelector('main').textContent"
    let full = try browser.value(text) as? String
    try browser.call("Emulation.setScriptExecutionDisabled", ["value": true])
    try browser.open(scratch.path + "/report/index.html")
    #expect(try browser.value(text) as? String == full)
    #expect(try browser.value("document.documentElement.className") as? String == "")
    #expect(try browser.value("getComputedStyle(document.querySelector('.filter')).display") as? String == "none")
  }

  @Test("Printing opens what is folded, and folds it again")
  func printing() throws {
    let browser = try open(Scratch(), width: 1200)
    _ = try browser.value(
      "window.opened = 0; addEventListener('beforeprint', () => {"
        + " window.opened = document.querySelectorAll('details[open]').length; });")
    let pdf = try browser.call("Page.printToPDF")["data"] as? String
    #expect((pdf?.count ?? 0) > 10_000)
    let folds = try browser.value("document.querySelectorAll('details').length") as? Int
    #expect(try browser.value("window.opened") as? Int == folds && (folds ?? 0) > 0)
    #expect(try browser.value("document.querySelectorAll('details[open]').length") as? Int == 0)
  }

  @Test("On paper no name is torn, nothing is cut off, headers come again, and the pages are few")
  func paper() throws {
    let browser = try open(Scratch(), width: 703, walk: "talk to (e.g., self, a person, a group)")
    for (width, height) in [(8.27, 11.69), (8.5, 11.0)] {
      let pdf = try browser.call("Page.printToPDF", ["paperWidth": width, "paperHeight": height])["data"] as? String
      let bytes = try #require(pdf.flatMap { Data(base64Encoded: $0) })
      let text = String(decoding: bytes, as: UTF8.self)
      let pages = text.components(separatedBy: "/Type /Page\n").count - 1
      #expect((2...7).contains(pages), "\(pages) pages of \(width) by \(height) inches")
    }
    // A4 less the margins of the page's style is 703 CSS pixels wide.
    try browser.call("Emulation.setEmulatedMedia", ["media": "print"])
    _ = try browser.value("document.querySelectorAll('details').forEach((fold) => fold.open = true)")
    let page = "document.documentElement"
    #expect(try browser.value("\(page).scrollWidth - \(page).clientWidth") as? Int == 0)
    let names = "[...document.querySelectorAll('#class-table tbody th, .inside tbody th')]"
    let lines = "Math.round((cell.clientHeight - 2) / parseFloat(getComputedStyle(cell).lineHeight))"
    let torn = try browser.value("\(names).filter((cell) => \(lines) > 3).map((cell) => cell.textContent)")
    #expect(torn as? [String] == [])
    let cells = "[...document.querySelectorAll('th, td, .inside > div > *')]"
    let cut = try browser.value(
      "\(cells).filter((cell) => cell.getBoundingClientRect().right > innerWidth + 1 || cell.scrollWidth"
        + " > cell.clientWidth + 1).map((cell) => cell.textContent)")
    #expect(cut as? [String] == [])
    let header = "getComputedStyle(document.querySelector('#class-table thead')).display"
    #expect(try browser.value(header) as? String == "table-header-group")
    let button = "getComputedStyle(document.querySelector('#class-table thead button')).display"
    #expect(try browser.value(button) as? String == "contents", "a button is not painted again on the next page")
  }
}
