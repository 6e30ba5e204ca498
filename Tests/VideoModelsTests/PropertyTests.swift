import Checkpoint
import Inference
import Kernels
import ModelZoo
import NN
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

private let people = [
  Region(batchIndex: 0, x1: 3.2, y1: 5.1, x2: 40.7, y2: 40.3), Region(batchIndex: 0, x1: 0, y1: 0, x2: 63, y2: 47),
  Region(batchIndex: 0, x1: 40.5, y1: 20.25, x2: 62, y2: 44), Region(batchIndex: 0, x1: -30, y1: -20, x2: 90, y2: 70),
]

/// Rows [R, C] as arrays.
private func rows(_ scores: Tensor) -> [[Float]] {
  let classes = scores.shape[1]
  return (0..<scores.shape[0]).map { Array(scores.array[$0 * classes..<($0 + 1) * classes]) }
}

/// Two clips in one batch.
private func batch(_ a: FeatureMap, _ b: FeatureMap) -> FeatureMap {
  let both = FeatureMap(zeros: 2, a.extent, channels: a.channels)
  for (n, clip) in [a, b].enumerated() {
    (both.start + n * a.positions * a.pitch).update(from: clip.start, count: a.positions * a.pitch)
  }
  return both
}

/// Mirrors a clip left to right.
private func mirrored(_ clip: FeatureMap) -> FeatureMap {
  let result = FeatureMap(zeros: clip.batch, clip.extent, channels: clip.channels)
  let width = clip.extent.w
  for pixel in 0..<clip.positions {
    let opposite = pixel / width * width + width - 1 - pixel % width
    (result.start + opposite * clip.pitch).update(from: clip.start + pixel * clip.pitch, count: clip.channels)
  }
  return result
}

struct ModelPropertyTests {
  /// Batch norm folded by hand: a stem that passes its input through, under (x - 1) / sqrt(4) * 0.5 + 0.25.
  @Test func batchNormFoldsIntoTheConvolution() throws {
    let architecture = try Architecture(configured(smallSlow))
    let identity = Tensor(zeros: [8, 3, 1, 7, 7])
    // Output channel o sees the centre of input channel 1.
    for o in 0..<8 { identity.mutableValues[(o * 3 + 1) * 49 + 24] = 1 }
    func constant(_ value: Float) -> Tensor { Tensor([8], [Float](repeating: value, count: 8)) }
    let bn = "s1.pathway0_stem.bn."
    let model = try loaded(
      architecture,
      replacing: [
        "s1.pathway0_stem.conv.weight": identity, bn + "weight": constant(0.5), bn + "bias": constant(0.25),
        bn + "running_mean": constant(1), bn + "running_var": constant(4 - 1e-5),
      ])
    let clip = FeatureMap(zeros: 1, Extent3(4, 64, 64), channels: 3)
    for pixel in 0..<clip.positions { clip.start[pixel * 3 + 1] = 3 }
    let stem = try #require(model.features(clip, keepingNamed: true).named.first { $0.name == "s1.p0" }).map
    let values = stem.channelsFirst().array
    #expect(difference(values, [Float](repeating: 0.75, count: values.count), .rounding) == nil)
    // Below zero the ReLU cuts: (0 - 1) / 2 * 0.5 + 0.25 = 0.
    for pixel in 0..<clip.positions { clip.start[pixel * 3 + 1] = -5 }
    let cut = try #require(model.features(clip, keepingNamed: true).named.first { $0.name == "s1.p0" }).map
    #expect(cut.channelsFirst().array.allSatisfy { $0 == 0 })
  }

  /// The whole network on plain references, in Double, against the fast paths.
  @Test(arguments: [smallSlowFast, smallSlow + ["NONLOCAL.LOCATION", "[[[]],[[1]],[[]],[[]]]"]])
  func referencesAgree(_ overrides: [String]) throws {
    let architecture = try Architecture(configured(overrides))
    let plain = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))
    let clip = filledClip([1, 3, architecture.backbone.frames, 64, 64])
    let fast = try loaded(architecture)
    let slow = try loaded(architecture, engine: plain)
    #expect(slow.network.convolutions.allSatisfy { $0.algorithm == .reference })
    let isDetector = architecture.backbone.inputs.count == 2
    let found = try isDetector ? fast.detect(clip, people) : fast.classify(clip)
    let expected = try isDetector ? slow.detect(clip, people) : slow.classify(clip)
    #expect(difference(found.array, expected.array, .absolute(2e-6)) == nil)
  }

  @Test func threadsChangeNothing() throws {
    let architecture = try Architecture(configured(smallSlowFast))
    let clip = filledClip([2, 3, 8, 48, 64])
    let scores = try [1, 2, 3].map { threads in
      try loaded(architecture, engine: Engine(threads: threads)).detect(clip, people).array
    }
    #expect(difference(scores[1], scores[0], .exact, "2 threads") == nil)
    #expect(difference(scores[2], scores[0], .exact, "3 threads") == nil)
  }

  /// Plans are kept between calls: another size in between, or the same clip twice, leaves no trace.
  @Test func callsDoNotDependOnEachOther() throws {
    let model = try loaded(try Architecture(configured(smallSlowFast)))
    let clip = filledClip([1, 3, 8, 48, 64])
    let first = try model.detect(clip, people).array
    _ = try model.detect(filledClip([1, 3, 8, 80, 56]), people)
    #expect(try model.detect(clip, people).array == first)
    #expect(try model.detect(clip, people).array == first)
    let marked = try model.detect(model.features(clip, keepingNamed: true), people)
    #expect(marked.array == first)
  }

  @Test func batchItemsDoNotMix() throws {
    let detector = try loaded(try Architecture(configured(smallSlowFast)))
    let (a, b) = (filledClip([1, 3, 8, 48, 64]), mirrored(filledClip([1, 3, 8, 48, 64])))
    let second = people.map { Region(batchIndex: 1, x1: $0.x1, y1: $0.y1, x2: $0.x2, y2: $0.y2) }
    let both = try rows(detector.detect(batch(a, b), [second[0], people[1], second[2], people[3]]))
    let (alone, other) = (try rows(detector.detect(a, people)), try rows(detector.detect(b, people)))
    let expected = [other[0], alone[1], other[2], alone[3]]
    #expect(difference(both.flatMap { $0 }, expected.flatMap { $0 }, .absolute(1e-6)) == nil)
    #expect(alone[0] != other[0])
    let classifier = try loaded(try Architecture(configured(smallSlow)))
    let (c, d) = (filledClip([1, 3, 4, 64, 96]), mirrored(filledClip([1, 3, 4, 64, 96])))
    let classes = try classifier.classify(batch(c, d)).array
    #expect(
      difference(classes, try classifier.classify(c).array + classifier.classify(d).array, .absolute(1e-6)) == nil)
  }

  @Test func boxesAreScoredOneByOne() throws {
    let model = try loaded(try Architecture(configured(smallSlowFast)))
    let clip = filledClip([1, 3, 8, 48, 64])
    let all = try rows(model.detect(clip, people))
    #expect(try rows(model.detect(clip, people.reversed())) == all.reversed(), "an order of boxes is one of rows")
    #expect(try rows(model.detect(clip, people + people)) == all + all, "equal boxes have equal rows")
    for (box, row) in zip(people, all) {
      #expect(try rows(model.detect(clip, [box]))[0] == row, "other boxes change nothing")
    }
    #expect(try model.detect(clip, []).shape == [0, 5])
  }

  /// A network with mirrored kernels sees a mirrored clip as the other sees the clip; windows of odd strides over
  /// widths of 32 n + 1 lie mirrored too.
  @Test func mirroredWeightsSeeMirroredClips() throws {
    let architecture = try Architecture(configured(smallSlow + ["MULTIGRID.SHORT_CYCLE", "True"]))
    var flipped: [String: Tensor] = [:]
    for item in requested(architecture) where item.shape.count == 5 {
      let (tensor, width) = (filled(item.name, item.shape), item.shape[4])
      let values = (0..<tensor.count).map { tensor.values[$0 / width * width + width - 1 - $0 % width] }
      flipped[item.name] = Tensor(item.shape, values)
    }
    let clip = filledClip([1, 3, 4, 64, 65])
    let expected = try loaded(architecture).classify(clip)
    let found = try loaded(architecture, replacing: flipped).classify(mirrored(clip))
    #expect(difference(found.array, expected.array, .absolute(1e-6)) == nil)
    #expect(difference(try loaded(architecture).classify(mirrored(clip)).array, expected.array, .network) != nil)
  }

  /// With aligned sampling a box without area has no samples: its score is the activated bias.
  @Test func boxesWithoutAreaScoreTheBias() throws {
    let model = try loaded(try Architecture(configured(smallSlowFast)))
    let empty = Region(batchIndex: 0, x1: 10, y1: 10, x2: 10, y2: 10)
    let scores = try model.detect(filledClip([1, 3, 8, 48, 64]), [empty])
    let bias = filled("head.projection.bias", [5])
    Activation.sigmoid.apply(to: bias.reshaped([1, 5]))
    #expect(difference(scores.array, bias.array, .rounding) == nil)
  }
}

struct WrongInputTests {
  private func text(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func clipsOfAnotherShape() throws {
    let model = try loaded(try Architecture(configured(smallSlowFast)))
    let frames = text { _ = try model.detect(filledClip([1, 3, 4, 48, 64]), people) }
    #expect(frames.contains("4 frames") && frames.contains("the model takes 8"), "\(frames)")
    let channels = text { _ = try model.detect(filledClip([1, 1, 8, 48, 64]), people) }
    #expect(channels.contains("1 channels") && channels.contains("the model takes 3"), "\(channels)")
    let none = text { _ = try model.detect(filledClip([0, 3, 8, 48, 64]), people) }
    #expect(none.contains("0 clips"), "\(none)")
    let flat = text { _ = try model.detect(filledClip([1, 3, 8, 0, 64]), people) }
    #expect(flat.contains("does not fit") && flat.contains("x0x64"), "\(flat)")
  }

  @Test func framesSmallerThanTheHeadsWindow() throws {
    let model = try loaded(try Architecture(configured(smallSlow)))
    let small = text { _ = try model.classify(filledClip([1, 3, 4, 32, 96])) }
    #expect(small.contains("2 x 2 positions") && small.contains("-> give larger pictures"), "\(small)")
  }

  @Test func boxesOfNoClipAndBoxesOfNoPlace() throws {
    let model = try loaded(try Architecture(configured(smallSlowFast)))
    let clip = filledClip([1, 3, 8, 48, 64])
    let image = text { _ = try model.detect(clip, [people[0], Region(batchIndex: 1, x1: 0, y1: 0, x2: 9, y2: 9)]) }
    #expect(image.contains("box 1") && image.contains("batch index is 1"), "\(image)")
    let nan = text { _ = try model.detect(clip, [Region(batchIndex: 0, x1: .nan, y1: 0, x2: 9, y2: 9)]) }
    #expect(nan.contains("box 0") && nan.contains("not finite"), "\(nan)")
  }

  @Test func theOtherHead() throws {
    let detector = try loaded(try Architecture(configured(smallSlowFast)))
    #expect(text { _ = try detector.classify(filledClip([1, 3, 8, 48, 64])) }.contains("give boxes"))
    let classifier = try loaded(try Architecture(configured(smallSlow)))
    #expect(text { _ = try classifier.detect(filledClip([1, 3, 4, 64, 64]), people) }.contains("leave the boxes out"))
  }
}
