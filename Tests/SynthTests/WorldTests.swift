import Geometry
import Imaging
import Synth
import TestSupport
import Testing

@Suite struct WorldTests {
  @Test func equalSeedsDrawEqualFramesAndOthersDoNot() throws {
    let first = try World(seed: 4).image(at: 2.5)
    #expect(try difference(World(seed: 4).image(at: 2.5).pixels, first.pixels) == nil)
    #expect(World(seed: 4).people(at: 2.5).map(\.box) == World(seed: 4).people(at: 2.5).map(\.box))
    #expect(try World(seed: 5).image(at: 2.5).pixels != first.pixels)
    #expect(try World(seed: 4).image(at: 2.6).pixels != first.pixels)
  }

  @Test func oneToFivePeopleAreInTheFrameInUnlikeSizes() {
    var counts: Set<Int> = []
    var heights: [Double] = []
    for seed in 0..<80 as Range<UInt64> {
      let people = World(seed: seed, aspect: seed % 2 == 0 ? 4.0 / 3 : 9.0 / 16).sightings(at: 2)
      counts.insert(people.count)
      #expect(Set(people.map(\.id)).count == people.count)
      for person in people {
        let box = person.box
        #expect(box.isProper && box.x1 >= 0 && box.y1 >= 0 && box.x2 <= 1 && box.y2 <= 1, "seed \(seed)")
        if person.activity == .stand && person.visibleShare == 1 { heights.append(box.y2 - box.y1) }
      }
    }
    #expect(counts == [1, 2, 3, 4, 5])
    #expect(heights.min()! > 0.28 && heights.min()! < 0.45 && heights.max()! > 0.55 && heights.max()! < 0.95)
  }

  @Test func theBoxHoldsWhatMoves() throws {
    // Between two moments close together only the people (and, a little, the camera) move.
    for seed in 0..<8 as Range<UInt64> {
      let world = World(seed: seed)
      let (first, second) = (try world.image(at: 2), try world.image(at: 2 + 1.0 / 30))
      let people = world.sightings(at: 2)
      var (inside, outside) = (0, 0)
      for y in 0..<first.height {
        for x in 0..<first.width where change(first, second, x, y) >= 60 {
          let (u, v) = ((Double(x) + 0.5) / Double(first.width), (Double(y) + 0.5) / Double(first.height))
          let near = people.contains { person in
            let box = person.box
            return u > box.x1 - 0.03 && u < box.x2 + 0.03 && v > box.y1 - 0.03 && v < box.y2 + 0.03
          }
          if near { inside += 1 } else { outside += 1 }
        }
      }
      #expect(outside * 20 <= inside, "seed \(seed): \(inside) pixels inside, \(outside) outside")
    }
  }

  private func change(_ a: Image, _ b: Image, _ x: Int, _ y: Int) -> Int {
    let p = (y * a.width + x) * 3
    return (0..<3).map { abs(Int(a.pixels[p + $0]) - Int(b.pixels[p + $0])) }.max()!
  }

  @Test func whoIsMostlyHiddenIsSeenButNotLabelled() {
    var hidden = 0
    for seed in 0..<40 as Range<UInt64> {
      let world = World(seed: seed, seconds: 12)
      for second in 2...10 {
        let sightings = world.sightings(at: Double(second))
        let people = world.people(at: Double(second))
        #expect(people.allSatisfy { $0.visibleShare >= 0.5 })
        #expect(people.map(\.id) == sightings.filter { $0.visibleShare >= 0.5 }.map(\.id))
        hidden += sightings.count - people.count
        // Two cannot hide each other: of two who overlap, the one in front is whole, but for things and the borders.
        for person in sightings where person.visibleShare < 0.5 {
          let box = person.box
          let covered = sightings.contains { $0.id > person.id && intersectionOverUnion($0.box, box) > 0 }
          let atTheBorder = box.x1 == 0 || box.x2 == 1 || box.y1 == 0 || box.y2 == 1
          #expect(covered || atTheBorder || world.hasForeground, "seed \(seed), second \(second)")
        }
      }
    }
    #expect(hidden > 10)
  }

  @Test func aFilmOfAnotherSizeShowsTheSame() throws {
    let world = World(seed: 3)
    let small = try Film(of: world, size: ImageSize(width: 160, height: 120)).image(at: 3)
    let large = try Film(of: world, size: ImageSize(width: 640, height: 480)).image(at: 3)
    var sum = 0
    for y in 0..<120 {
      for x in 0..<160 {
        for c in 0..<3 {
          // The middle four of the sixteen pixels that are one of the small picture.
          let four = [(1, 1), (1, 2), (2, 1), (2, 2)].map { dy, dx in
            Int(large.pixels[((4 * y + dy) * 640 + 4 * x + dx) * 3 + c])
          }
          sum += abs(four.reduce(0, +) / 4 - Int(small.pixels[(y * 160 + x) * 3 + c]))
        }
      }
    }
    #expect(Double(sum) / (120 * 160 * 3) < 4)
  }
}
