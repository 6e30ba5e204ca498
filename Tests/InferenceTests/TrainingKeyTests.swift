import Checkpoint
import Configuration
import Inference
import Kernels
import TestSupport
import Tensors
import Testing
import VideoModels

/// Keys with which PySlowFast's trainings begin, where weights are loaded here.
@Suite struct TrainingKeyTests {
  private let engine = Engine(threads: 1)
  private static let clips = thinDetector + ["MODEL.ARCH", "i3d", "DATA.NUM_FRAMES", "8"]
  private static let pictures = clips + ["MODEL.ARCH", "c2d"]

  /// Random weights of a configuration, under names and in shapes that are changed on the way.
  private func write(
    _ overrides: [String], to path: String, as change: (String, Tensor) -> (name: String, tensor: Tensor)
  ) throws {
    try writeWeights(of: configured(overrides), to: path)
    let file = try Checkpoint(path: path)
    try writeSafetensors(try file.entries.map { change($0.name, try file.tensor($0.name)) }, to: path)
  }

  private func load(_ overrides: [String], _ path: String) throws -> LoadedModel {
    try LoadedModel(configured(overrides + ["TEST.CHECKPOINT_FILE_PATH", path]), WeightOptions(), engine: engine)
  }

  /// TRAIN.CHECKPOINT_INFLATE: a network of pictures, its kernels flat, begins one of clips.
  @Test func clipsBeginWithPictures() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/pictures.safetensors"
    try write(Self.pictures, to: path) { name, tensor in
      let shape = tensor.shape
      return (name, shape.count == 5 ? tensor.reshaped(Array(shape[..<2] + shape[3...])) : tensor)
    }
    let refused = text { _ = try load(Self.clips, path) }
    #expect(
      refused.contains(
        "'s1.pathway0_stem.conv.weight' is 4x3x7x7 in pictures.safetensors, this config's network needs 4x3x5x7x7"),
      "\(refused)")
    #expect(refused.contains("-> set MODEL.ARCH 2d, as these weights have it"), "\(refused)")
    let key = ["TRAIN.CHECKPOINT_INFLATE", "True"]
    let loaded = try load(Self.clips + key, path)
    #expect(
      loaded.notices.contains { $0.contains("kernels of one frame in pictures.safetensors are repeated") },
      "\(loaded.notices)")
    // The network of pictures needs nothing of it.
    #expect(try load(Self.pictures + key, path).notices.isEmpty)
    // Of a still clip a frame in the middle of the first map, which the clip's ends do not reach, is that of the network of
    // pictures.
    let clip = FeatureMap(zeros: 1, Extent3(8, 32, 32), channels: 3)
    for position in 0..<clip.positions {
      for c in 0..<3 { clip.set(Float((position % 1024 * 7 + c * 5) % 13) / 13, position: position, channel: c) }
    }
    func middle(_ model: VideoModel) throws -> [Float] {
      let named = try model.features(clip, keepingNamed: true).named
      let map = try #require(named.first { $0.name.hasPrefix("s1") }).map
      let area = map.extent.h * map.extent.w
      return (0..<area * 4).map { map.value(position: area * 4 + $0 / 4, channel: $0 % 4) }
    }
    let (pictures, clips) = (try middle(load(Self.pictures, path).model), try middle(loaded.model))
    #expect(difference(clips, pictures, .absolute(1e-5)) == nil && pictures.contains { $0 > 0.01 })
  }

  /// TRAIN.CHECKPOINT_CLEAR_NAME_PATTERN: what is left out of names, once of each, one pattern after the other.
  @Test func namesAreCleared() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/own.safetensors"
    try write(Self.clips, to: path) { name, tensor in
      (name.replacing(".conv", with: ".old.conv").replacing(".branch2.", with: ".branch2.wrapped."), tensor)
    }
    let refused = text { _ = try load(Self.clips, path) }
    #expect(refused.contains("is not in own.safetensors"), "\(refused)")
    let key = "TRAIN.CHECKPOINT_CLEAR_NAME_PATTERN"
    let loaded = try load(Self.clips + [key, "('wrapped.', 'old.', 'nowhere', '')"], path)
    #expect(loaded.notices.count == 2, "\(loaded.notices)")
    #expect(loaded.notices.contains { $0.hasPrefix("'wrapped.' is left out of ") && $0.hasSuffix(" names (\(key))") })
    #expect(text { _ = try load(Self.clips + [key, "('wrapped.',)"], path) }.contains(".conv.weight"))
    #expect(text { _ = try configured([key, "backbone."]) }.contains(key), "a text is no list")
  }
}
