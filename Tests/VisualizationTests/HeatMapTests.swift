import TestSupport
import Tensors
import Testing
import Visualization

struct HeatMapTests {
  private func map(_ extent: Extent3, _ channels: Int, _ values: [Float]) -> FeatureMap {
    let map = FeatureMap(zeros: 1, extent, channels: channels)
    for (index, value) in values.enumerated() { map.start[index] = value }
    return map
  }

  /// By hand: two frames of two places, two channels; each frame has weights of its own.
  @Test func framesHaveTheirOwnWeights() {
    let extent = Extent3(2, 1, 2)
    let heat = HeatMap(
      map: map(extent, 2, [1, 2, 3, 4, 5, 6, 7, 8]), gradient: map(extent, 2, [1, 0, 1, -2, 0, 1, 0, 3]))
    // Means of the gradients: (1, -1), then (0, 2).
    #expect(heat.values == [0, 0, 12, 16])
  }

  /// By hand, the same: each place has weights of its own.
  @Test func placesHaveTheirOwnWeights() {
    let extent = Extent3(2, 1, 2)
    let heat = HeatMap(
      map: map(extent, 2, [1, 2, 3, 4, 5, 6, 7, 8]), gradient: map(extent, 2, [1, 0, 1, -2, 0, 1, 0, 3]), .places)
    #expect(heat.values == [1, 0, 6, 24])
  }

  /// PyTorch's interpolate with align_corners=False.
  @Test func enlargesAsPyTorch() {
    let row = HeatMap(Extent3(1, 1, 2), [0, 1]).resized(to: Extent3(1, 1, 4))
    #expect(row.values == [0, 0.25, 0.75, 1])
    let frames = HeatMap(Extent3(2, 1, 1), [2, 4]).resized(to: Extent3(4, 1, 2))
    #expect(frames.values == [2, 2, 2.5, 2.5, 3.5, 3.5, 4, 4])
    let less = HeatMap(Extent3(1, 4, 1), [0, 2, 4, 6]).resized(to: Extent3(1, 2, 1))
    #expect(less.values == [1, 5])
    let same = HeatMap(Extent3(1, 2, 3), [5, 1, 2, 3, 4, 0])
    #expect(same.resized(to: same.extent) == same)
  }

  @Test func axesAreEnlargedAlike() {
    let values: [Float] = (0..<24).map { Float($0 * $0 % 17) }
    let heat = HeatMap(Extent3(2, 3, 4), values)
    // Turned, enlarged and turned back.
    func turned(_ heat: HeatMap) -> HeatMap {
      let e = heat.extent
      return HeatMap(
        Extent3(e.w, e.t, e.h),
        (0..<e.count).map { index in
          let (w, t, h) = (index / (e.t * e.h), index / e.h % e.t, index % e.h)
          return heat.values[(t * e.h + h) * e.w + w]
        })
    }
    let found = turned(heat).resized(to: Extent3(9, 5, 7))
    #expect(difference(found.values, turned(heat.resized(to: Extent3(5, 7, 9))).values, .absolute(1e-5)) == nil)
  }

  /// From 0 to 1; what is the same everywhere is nowhere, and no division by nothing.
  @Test func normalizes() {
    #expect(HeatMap(Extent3(1, 1, 3), [2, 4, 3]).normalized.values == [0, 1, 0.5])
    for level in [Float(0), 5] {
      #expect(HeatMap(Extent3(1, 1, 3), [level, level, level]).normalized.values == [0, 0, 0])
    }
    #expect(HeatMap(Extent3(1, 1, 2), [0, 1e-30]).normalized.values == [0, 1])
  }
}
