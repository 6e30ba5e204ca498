import Files
import Geometry
import ImageFiles
import Imaging
import TestSupport
import Testing
import TrainingLog

@Suite struct CurveTests {
  private let scratch = Scratch()

  private func entry(
    _ kind: LogEntry.Kind, _ epoch: Int, _ values: [String: Double], iteration: Int = 3, of count: Int = 4
  )
    -> LogEntry
  {
    var entry = LogEntry(kind, place(epoch, iteration, of: count))
    for (name, value) in values { entry.set(name, value) }
    return entry
  }

  private func texts(_ page: String) -> [String] {
    page.matches(of: #/<text [^>]*>([^<]*)</text>/#).map { String($0.1) }
  }

  @Test("A page that loads nothing, with a row for each epoch, written after each") func page() throws {
    try train(try scratch.log(title: "runs/<b>&\"x\"'\u{1}"), epochs: 0..<2, isDrawn: true)
    let page = try scratch.text("curves.html")
    #expect(page.contains("<title>runs/&lt;b&gt;&amp;&quot;x&quot;&#39;\u{FFFD}</title>") && !page.contains("<b>"))
    #expect(page.contains("<p>2 of 3 epochs done, best mAP 0.2 after epoch 2</p>"))
    #expect(page.ranges(of: "<svg ").count == 3 && page.contains("default-src 'none'"))
    #expect(
      !page.contains("http:") && !page.contains("https:") && !page.contains("src=\"") && !page.contains("<script"))
    #expect(
      page.contains(
        "<tr><th scope=\"row\">2</th><td>0.1586</td><td>0.1</td><td>0.2000</td><td>2.000</td><td>4.00</td></tr>"))
    #expect(
      page.contains(
        "Loss over epochs: median of some iterations 0.1339 after 2 epochs and mean of the epoch 0.1586 after 2 epochs")
    )
    #expect(page.contains("prefers-color-scheme: dark"))
    // Every element is closed: what an XML reader takes is a tree.
    let svgs = page.matches(of: #/<svg .*?</svg>/#.dotMatchesNewlines()).map { String($0.0) }
    for svg in svgs {
      #expect(
        svg.ranges(of: "<").count == svg.ranges(of: ">").count
          && svg.ranges(of: "<text").count == svg.ranges(of: "</text>").count)
      #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
  }

  @Test("Nothing is known yet") func noEntries() throws {
    let curves = TrainingCurves(title: "t", entries: [])
    #expect(
      curves.page.contains("No epoch is done yet") && !curves.page.contains("<svg") && !curves.page.contains("<table"))
    #expect(try decodePNG(try curves.picture()).size.height == 320)
  }

  @Test("Errors of a classification, and the best of them") func classification() {
    let curves = TrainingCurves(
      title: "t",
      entries: (0..<3).flatMap { epoch in
        let error = [60.0, 20, 30][epoch]
        return [
          entry(.trainEpoch, epoch, [Metric.loss: 1, Metric.top1Error: error - 10]),
          entry(.valEpoch, epoch, [Metric.top1Error: error, Metric.top5Error: error / 4], iteration: 0, of: 1),
        ]
      })
    #expect(curves.page.contains("3 of 3 epochs done, least top-1 error 20 % after epoch 2"))
    #expect(
      curves.page.contains("errors in percent over epochs: top-1 30 after 3 epochs, top-5 7.5 after 3 epochs and"))
    #expect(!curves.page.contains("mAP"))
  }

  @Test(
    "Ticks are round numbers around the values",
    arguments: [
      ([0.1, 0.9], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]), ([3, 3], ["2.6", "2.8", "3.0", "3.2", "3.4"]),
      ([0, 0], ["-1.0", "-0.5", "0", "0.5", "1.0"]), ([1234, 5678], ["1000", "2000", "3000", "4000", "5000", "6000"]),
      ([1e-6, 4.2e-6], ["1e-06", "2e-06", "3e-06", "4e-06", "5e-06"]),
      ([-0.04, 0.03], ["-0.04", "-0.02", "0", "0.02", "0.04"]),
    ] as [([Double], [String])])
  func ticks(values: [Double], expected: [String]) {
    let entries = values.enumerated().map { entry(.trainEpoch, $0.offset, [Metric.loss: $0.element]) }
    let texts = texts(TrainingCurves(title: "t", entries: entries).page)
    #expect(Array(texts.prefix(expected.count + 5)) == expected + ["0", "1", "2", "3", "epochs"])
  }

  @Test("Long lines are thinned to what can be seen, and keep their peaks; a smooth line lies among them")
  func longLines() throws {
    let entries = (0..<3).flatMap { epoch in
      (0..<4000).map { iteration in
        let loss = iteration == 2000 && epoch == 1 ? 1.9 : 1 + (iteration % 2 == 0 ? 0.5 : -0.5)
        return entry(.trainIteration, epoch, [Metric.loss: loss], iteration: iteration, of: 4000)
      }
    }
    let page = TrainingCurves(title: "t", entries: entries).page
    let paths = page.matches(of: #/<path d="M([^"]*)" fill="none" stroke="var\(--curve0\)"/#).map {
      $0.1.split(separator: "L")
    }
    // Two of lines, two of names.
    try #require(paths.count == 4)
    #expect(paths[0].count == 1000 && paths[1].count == 1000)
    func heights(_ path: [Substring]) -> [Double] {
      path.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    }
    let (raw, smooth) = (heights(paths[0]), heights(paths[1]))
    // The axis goes from 0.4 to 1.6, by what most values are; the one peak is cut off at its top.
    #expect(raw.min() == 54 && raw.max() == 257.5)
    #expect(smooth.dropFirst(100).allSatisfy { abs($0 - 165) < 6 })
    // The first mean is the first value, not something near zero.
    #expect(smooth[..<2].contains(72.5))
    #expect(page.utf8.count < 60_000)
  }

  @Test("The picture shows the same charts") func picture() throws {
    try train(try scratch.log(), epochs: 0..<3, isDrawn: true)
    let image = try decodePNG(try scratch.bytes("curves.png"))
    #expect(image.width == 960 && image.height == 3 * 320)
    // Blue, green, red; thin lines are mixed with the white around them.
    func count(_ color: (Int, Int, Int), chart: Int) -> Int {
      let row = 3 * image.width
      return stride(from: chart * 320 * row, to: (chart + 1) * 320 * row, by: 3).count { place in
        abs(Int(image.pixels[place]) - color.0) < 40 && abs(Int(image.pixels[place + 1]) - color.1) < 40
          && abs(Int(image.pixels[place + 2]) - color.2) < 40
      }
    }
    for chart in 0..<3 { #expect(count((0x8c, 0x6a, 0x0b), chart: chart) > 300, "\(chart)") }
    #expect(count((0x0c, 0x57, 0xc2), chart: 0) > 100 && count((0x0c, 0x57, 0xc2), chart: 1) == 0)
    #expect(Array(image.pixels.prefix(3)) == [255, 255, 255])
  }
}
