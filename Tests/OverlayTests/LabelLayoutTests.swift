import Geometry
import Overlay
import Tensors
import Testing

/// A font in which every character is 0.6 em wide.
private var typewriter: TextMetrics {
  TextMetrics(ascent: 0.9, descent: 0.25, width: { 0.6 * Double($0.count) })
}

private func meet(_ a: PixelBox, _ b: PixelBox) -> Bool {
  a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2
}

private func lines(_ count: Int, _ name: String = "carry/hold") -> [LabelLine] {
  (0..<count).map { LabelLine(full: "0.\(90 - $0) \(name) (an object)", short: "0.\(90 - $0) \(name)") }
}

private func crowd(_ count: Int, _ size: ImageSize, _ generator: inout SeededGenerator) -> [LabelRequest] {
  (0..<count).map { index in
    let (w, h) = (Double(size.width), Double(size.height))
    let (x, y) = (generator.uniform(0, 0.95) * w, generator.uniform(0, 0.9) * h)
    let box = PixelBox(
      x1: x, y1: y, x2: min(w, x + generator.uniform(0.01, 0.6) * w), y2: min(h, y + generator.uniform(0.01, 0.8) * h))
    return LabelRequest(
      box: box, lines: lines(Int(generator.next() % 6)), prefersBelow: generator.next() % 3 == 0)
  }
}

@Suite struct LabelLayoutTests {
  @Test(arguments: [
    ImageSize(width: 852, height: 480), ImageSize(width: 1920, height: 1080), ImageSize(width: 480, height: 852),
    ImageSize(width: 426, height: 240), ImageSize(width: 60, height: 40),
  ]) func noLabelLeavesTheImageOrMeetsAnother(_ size: ImageSize) {
    for seed in 0..<12 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let requests = crowd(1 + Int(generator.next() % 30), size, &generator)
      let font = max(11, Double(size.shortSide) / 36)
      let layout = layOutLabels(requests, in: size, fontSize: font, minimumFontSize: 9.5, metrics: typewriter)
      let which: Comment = "seed \(seed), \(size.width)x\(size.height), \(requests.count) boxes"
      for label in layout.labels {
        let frame = label.frame
        #expect(frame.x1 >= 0 && frame.y1 >= 0, which)
        #expect(frame.x2 <= Double(size.width) && frame.y2 <= Double(size.height), which)
        let widest = label.lines.map(typewriter.width).max()! * label.fontSize
        let high = typewriter.lineHeight * label.fontSize * Double(label.lines.count)
        #expect(frame.x2 - frame.x1 >= widest && frame.y2 - frame.y1 >= high, which)
        #expect(label.fontSize >= 9.5, which)
        for other in layout.labels where other.request != label.request {
          #expect(!meet(frame, other.frame), which)
        }
      }
      // Each request with lines has a label or is known to have none.
      let wanting = requests.indices.filter { !requests[$0].lines.isEmpty }
      #expect((layout.labels.map(\.request) + layout.omitted).sorted() == wanting, which)
    }
  }

  @Test func aDozenPeopleAllGetLabelsAt480Lines() {
    for seed in 0..<20 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let size = ImageSize(width: 852, height: 480)
      let requests = crowd(12, size, &generator)
      let layout = layOutLabels(requests, in: size, fontSize: 13, minimumFontSize: 9.5, metrics: typewriter)
      #expect(layout.omitted.isEmpty, "seed \(seed)")
    }
  }

  @Test func aLoneLabelStandsOnItsBox() throws {
    let box = PixelBox(x1: 300, y1: 200, x2: 400, y2: 400)
    let size = ImageSize(width: 852, height: 480)
    let above = layOutLabels(
      [LabelRequest(box: box, lines: lines(2))], in: size, fontSize: 10, minimumFontSize: 9, metrics: typewriter)
    let frame = try #require(above.labels.first).frame
    #expect(frame.x1 == 300 && abs(frame.y2 - 200) <= 1)
    #expect(above.labels[0].leader == nil)
    #expect(above.labels[0].lines == ["0.90 carry/hold (an object)", "0.89 carry/hold (an object)"])
    let below = layOutLabels(
      [LabelRequest(box: box, lines: lines(2), prefersBelow: true)], in: size, fontSize: 10, minimumFontSize: 9,
      metrics: typewriter)
    #expect(below.labels[0].frame.y1 == 400)
  }

  @Test func aLabelOfABoxAtTheTopHangsUnderIt() {
    let box = PixelBox(x1: 300, y1: 2, x2: 400, y2: 200)
    let layout = layOutLabels(
      [LabelRequest(box: box, lines: lines(3))], in: ImageSize(width: 852, height: 480), fontSize: 10,
      minimumFontSize: 9, metrics: typewriter)
    #expect(layout.labels[0].frame.y1 == 200)
  }

  @Test func aLabelDoesNotCoverTheNeighbour() {
    // The place on the left box is taken by somebody's body.
    let people = [
      PixelBox(x1: 300, y1: 200, x2: 500, y2: 260), PixelBox(x1: 280, y1: 60, x2: 620, y2: 198),
    ]
    let layout = layOutLabels(
      [LabelRequest(box: people[0], lines: lines(2)), LabelRequest(box: people[1], lines: [])],
      in: ImageSize(width: 852, height: 480), fontSize: 10, minimumFontSize: 9, metrics: typewriter)
    #expect(!meet(layout.labels[0].frame, people[1]))
    #expect(layout.labels.count == 1 && layout.omitted.isEmpty)
  }

  @Test func movingEverythingMovesTheLabels() {
    let size = ImageSize(width: 4000, height: 4000)
    for seed in 0..<10 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let small = ImageSize(width: 600, height: 400)
      var requests = crowd(6, small, &generator)
      for index in requests.indices { requests[index].box = moved(requests[index].box, 1500, 1500) }
      let layout = layOutLabels(requests, in: size, fontSize: 12, minimumFontSize: 9, metrics: typewriter)
      for index in requests.indices { requests[index].box = moved(requests[index].box, 64, -32) }
      let shifted = layOutLabels(requests, in: size, fontSize: 12, minimumFontSize: 9, metrics: typewriter)
      for (a, b) in zip(layout.labels, shifted.labels) {
        let expected = moved(a.frame, 64, -32)
        #expect(abs(expected.x1 - b.frame.x1) <= 1 && abs(expected.y1 - b.frame.y1) <= 1, "seed \(seed)")
        #expect(a.lines == b.lines, "seed \(seed)")
      }
    }
  }

  @Test func crampedLabelsSayHowManyLinesAreLeftOut() throws {
    // Room for one short line, not for four.
    let size = ImageSize(width: 160, height: 20)
    let layout = layOutLabels(
      [LabelRequest(box: PixelBox(x1: 0, y1: 0, x2: 160, y2: 20), lines: lines(4))], in: size, fontSize: 11,
      minimumFontSize: 9, metrics: typewriter)
    let label = try #require(layout.labels.first)
    #expect(label.lines == ["0.90 carry/hold +3"])
  }

  @Test func aLongNameIsCutWithAnEllipsis() throws {
    let line = LabelLine(full: "0.50 " + String(repeating: "x", count: 200), short: "0.50 " + "xxxxxxxxxxxxxxxxxxxx")
    let layout = layOutLabels(
      [LabelRequest(box: PixelBox(x1: 0, y1: 0, x2: 80, y2: 60), lines: [line])],
      in: ImageSize(width: 80, height: 60), fontSize: 11, minimumFontSize: 9, metrics: typewriter)
    let label = try #require(layout.labels.first)
    #expect(label.lines[0].hasPrefix("0.50 x") && label.lines[0].hasSuffix("…"))
  }

  @Test func whereNothingFitsLabelsAreOmittedAndNamed() {
    let layout = layOutLabels(
      [LabelRequest(box: PixelBox(x1: 0, y1: 0, x2: 1, y2: 1), lines: lines(1))], in: ImageSize(width: 1, height: 1),
      fontSize: 11, minimumFontSize: 9, metrics: typewriter)
    #expect(layout.labels.isEmpty && layout.omitted == [0])
    let none = layOutLabels(
      [], in: ImageSize(width: 100, height: 100), fontSize: 11, minimumFontSize: 9, metrics: typewriter)
    #expect(none.labels.isEmpty && none.omitted.isEmpty)
  }

  @Test func aDistantLabelHasALeaderThatTouchesBoth() {
    var generator = SeededGenerator(seed: 3)
    let size = ImageSize(width: 852, height: 480)
    // Thirty people in one place: most labels have to stand off.
    let requests = (0..<30).map { _ in
      let (x, y) = (generator.uniform(350, 450), generator.uniform(200, 260))
      return LabelRequest(box: PixelBox(x1: x, y1: y, x2: x + 40, y2: y + 60), lines: lines(2))
    }
    let layout = layOutLabels(requests, in: size, fontSize: 12, minimumFontSize: 9.5, metrics: typewriter)
    #expect(layout.labels.filter { $0.leader != nil }.count > 10)
    for label in layout.labels {
      guard let leader = label.leader else { continue }
      #expect(contains(label.frame, leader.start) && contains(requests[label.request].box, leader.end))
    }
  }
}

private func moved(_ box: PixelBox, _ x: Double, _ y: Double) -> PixelBox {
  PixelBox(x1: box.x1 + x, y1: box.y1 + y, x2: box.x2 + x, y2: box.y2 + y)
}

private func contains(_ box: PixelBox, _ point: Point) -> Bool {
  box.x1 <= point.x && point.x <= box.x2 && box.y1 <= point.y && point.y <= box.y2
}
