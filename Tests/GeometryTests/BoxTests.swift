import Geometry
import Testing

private func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> UnitBox {
  UnitBox(x1: x1, y1: y1, x2: x2, y2: y2)
}

/// Numbers from a seed, in 0..<1 in steps of 1/64, so that sums and products of them are exact.
private struct Numbers {
  var state: UInt64

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 58) / 64
  }

  /// A box whose corners are in any order.
  mutating func anyBox() -> UnitBox { box(next(), next(), next(), next()) }

  mutating func properBox() -> UnitBox {
    while true {
      let b = anyBox()
      if b.isProper { return b }
    }
  }
}

@Suite struct IntersectionOverUnionTests {
  @Test func byHand() {
    // Overlap 1 x 2 = 2 of 4 + 6 - 2.
    #expect(intersectionOverUnion(box(0, 0, 2, 2), box(1, 0, 4, 2)) == 2.0 / 8.0)
    // A quarter inside the whole.
    #expect(intersectionOverUnion(box(0, 0, 1, 1), box(0.25, 0.25, 0.75, 0.75)) == 0.25)
    #expect(intersectionOverUnion(box(0, 0, 0.5, 0.5), box(0.25, 0.25, 0.75, 0.75)) == 0.0625 / (0.5 - 0.0625))
    #expect(intersectionOverUnion(box(0, 0, 0.5, 1), box(0, 0, 0.5, 1)) == 1)
  }

  @Test func nothingIsShared() {
    #expect(intersectionOverUnion(box(0, 0, 0.25, 1), box(0.5, 0, 1, 1)) == 0)
    // Touching sides and corners.
    #expect(intersectionOverUnion(box(0, 0, 0.5, 1), box(0.5, 0, 1, 1)) == 0)
    #expect(intersectionOverUnion(box(0, 0, 0.5, 0.5), box(0.5, 0.5, 1, 1)) == 0)
  }

  @Test func boxesWithoutAreaMeetNothing() {
    let whole = box(0, 0, 1, 1)
    let flat = box(0.25, 0.5, 0.75, 0.5)
    let point = box(0.5, 0.5, 0.5, 0.5)
    for b in [flat, point] {
      #expect(intersectionOverUnion(b, whole) == 0)
      #expect(intersectionOverUnion(b, b) == 0)
      #expect(!b.isProper && b.area == 0)
    }
  }

  @Test func invertedBoxesMeetNothing() {
    let whole = box(0, 0, 1, 1)
    for b in [box(0.75, 0.25, 0.25, 0.75), box(0.25, 0.75, 0.75, 0.25), box(0.75, 0.75, 0.25, 0.25)] {
      #expect(!b.isProper)
      #expect(intersectionOverUnion(b, whole) == 0)
      #expect(intersectionOverUnion(b, b) == 0)
    }
    #expect(box(0.75, 0.25, 0.25, 0.75).area < 0)
  }

  /// Counting cells of the 64 x 64 grid that the corners lie on is another way to the same number.
  @Test func agreesWithCountingCells() {
    var numbers = Numbers(state: 1)
    for round in 0..<40 {
      let (a, b) = (numbers.anyBox(), numbers.anyBox())
      var (both, either) = (0, 0)
      for y in 0..<64 {
        for x in 0..<64 {
          let (cx, cy) = ((Double(x) + 0.5) / 64, (Double(y) + 0.5) / 64)
          func holds(_ b: UnitBox) -> Bool { b.x1 < cx && cx < b.x2 && b.y1 < cy && cy < b.y2 }
          both += holds(a) && holds(b) ? 1 : 0
          either += holds(a) || holds(b) ? 1 : 0
        }
      }
      let expected = both == 0 ? 0 : Double(both) / Double(either)
      #expect(intersectionOverUnion(a, b) == expected, "round \(round): \(a) and \(b)")
    }
  }

  @Test func properties() {
    var numbers = Numbers(state: 2)
    for round in 0..<300 {
      let (a, b) = (numbers.properBox(), numbers.properBox())
      let iou = intersectionOverUnion(a, b)
      #expect(iou == intersectionOverUnion(b, a), "symmetry, round \(round)")
      #expect(iou >= 0 && iou <= 1 && (iou == 1) == (a == b), "range, round \(round)")
      #expect(intersectionOverUnion(a, a) == 1)
      // Moving and doubling both changes nothing; the grid keeps that exact.
      func moved(_ b: UnitBox) -> UnitBox { box(b.x1 * 2 + 3, b.y1 * 2 + 5, b.x2 * 2 + 3, b.y2 * 2 + 5) }
      #expect(intersectionOverUnion(moved(a), moved(b)) == iou, "moving, round \(round)")
      func turned(_ b: UnitBox) -> UnitBox { box(b.y1, b.x1, b.y2, b.x2) }
      #expect(intersectionOverUnion(turned(a), turned(b)) == iou, "turning, round \(round)")
    }
  }
}

@Suite struct BoxTests {
  @Test func scalesToPixels() {
    let size = ImageSize(width: 640, height: 480)
    #expect(size.shortSide == 480)
    #expect(
      box(0.25, 0.5, 1, 0.75).pixels(in: size) == PixelBox(x1: 160, y1: 240, x2: 640, y2: 360))
  }

  @Test func clipsEveryCorner() {
    let outside = PixelBox(x1: -3, y1: 700, x2: 900, y2: -0.5)
    #expect(outside.clipped(maxX: 639, maxY: 479) == PixelBox(x1: 0, y1: 479, x2: 639, y2: 0))
    let around = PixelBox(x1: 700, y1: -1, x2: -9, y2: 480)
    #expect(around.clipped(maxX: 639, maxY: 479) == PixelBox(x1: 639, y1: 0, x2: 0, y2: 479))
    let inside = PixelBox(x1: 1, y1: 2, x2: 3, y2: 4)
    #expect(inside.clipped(maxX: 639, maxY: 479) == inside)
    // Clipping twice is clipping once.
    let once = outside.clipped(maxX: 10, maxY: 20)
    #expect(once.clipped(maxX: 10, maxY: 20) == once)
  }

  @Test func scalesByAFactor() {
    #expect(PixelBox(x1: 1, y1: 2, x2: 3, y2: 4).scaled(by: 0.5) == PixelBox(x1: 0.5, y1: 1, x2: 1.5, y2: 2))
  }
}
