public import Checkpoint
public import Kernels
public import NN
internal import RoIAlign
public import Tensors

/// What is wrong with a clip or boxes that a model is given.
public enum VideoModelError: Error, Equatable, CustomStringConvertible {
  case noClips
  case wrongFrames(expected: Int, found: Int)
  case wrongChannels(expected: Int, found: Int)
  case noRoIHead
  case noClassificationHead
  case tooSmallForWindow(map: String, window: Int)

  public var description: String {
    switch self {
    case .noClips:
      return "running the model: the batch holds 0 clips, expected 1 or more -> give a clip [N, C, T, H, W]"
    case .wrongFrames(let expected, let found):
      return "running the model: the clip has \(found) frames, the config's DATA.NUM_FRAMES is \(expected)"
        + " -> give clips of \(expected) frames or set DATA.NUM_FRAMES \(found)"
    case .wrongChannels(let expected, let found):
      return "running the model: the clip has \(found) channels, the model takes \(expected)"
        + " -> check DATA.INPUT_CHANNEL_NUM and the clip's axes (N, C, T, H, W)"
    case .noRoIHead:
      return "running the model: boxes were given, but this is a classification config (DETECTION.ENABLE is False)"
        + " -> leave the boxes out, or take one of configs/AVA, with weights trained on AVA"
    case .noClassificationHead:
      return "running the model: this config scores boxes (DETECTION.ENABLE is True), and none were given"
        + " -> give boxes"
    case .tooSmallForWindow(let map, let window):
      return "running the model: the head averages windows of \(window) x \(window) positions, the last map has \(map)"
        + " -> give larger pictures, or set DATA.TRAIN_CROP_SIZE to the crop size of training"
    }
  }
}

/// A network of the SlowFast family with its head, ready to compute on clips of any size.
///
/// Not to be used by two threads at once: the plan's memory is shared between calls.
public final class VideoModel {
  public let architecture: Architecture
  public let engine: Engine
  public let network: Network
  let projection: Linear
  /// The head's memory, kept from clip to clip.
  let workspace = RoIAlignWorkspace()
  /// The plan of the latest extents: videos of one size follow each other.
  private var plan: (key: PlanKey, plan: NetworkPlan)?

  private struct PlanKey: Equatable {
    let batch: Int
    let height: Int
    let width: Int
    let keepingNamed: Bool
  }

  /// Builds the model; ask `weights.report` afterwards whether everything was found.
  public init(_ architecture: Architecture, weights: WeightReader, engine: Engine) {
    self.architecture = architecture
    self.engine = engine
    var builder = NetworkBuilder(architecture, weights: weights, engine: engine)
    network = builder.build()
    let shape = [architecture.classes, architecture.featureChannels.reduce(0, +)]
    let scope = weights["head"]["projection"]
    projection = Linear(
      weights: scope.tensor("weight", shape, hint: "MODEL.NUM_CLASSES") ?? Tensor(zeros: shape),
      bias: scope.tensor("bias", [shape[0]], hint: "MODEL.NUM_CLASSES") ?? Tensor(zeros: [shape[0]]), engine: engine)
  }

  /// Lays the network out for clips of a size, or takes the latest layout where it fits.
  public func plan(batch: Int, height: Int, width: Int, keepingNamed: Bool = false) throws -> NetworkPlan {
    let key = PlanKey(batch: batch, height: height, width: width, keepingNamed: keepingNamed)
    if let plan, plan.key == key { return plan.plan }
    // The old arena goes before the new one comes.
    plan = nil
    let extents = architecture.pathwayFrames.map { Extent3($0, height, width) }
    let made = try NetworkPlan(network, batch: batch, extents: extents, keepingNamed: keepingNamed)
    plan = (key, made)
    return made
  }

  /// Runs stem to res5 on clips at the fast rate.
  ///
  /// - Parameter clip: N, [T, H, W], channels in the order the weights were trained with.
  /// - Returns: The plan, with the last features of each pathway in its outputs.
  /// - Throws: `VideoModelError` for a clip of another shape, `NetworkError` for one that is too small.
  public func features(_ clip: FeatureMap, keepingNamed: Bool = false) throws -> NetworkPlan {
    guard clip.batch > 0 else { throw VideoModelError.noClips }
    // Every pathway sees the same pictures. A clip with its axes in another order shows here first.
    for stem in architecture.stems where stem.inChannels != clip.channels {
      throw VideoModelError.wrongChannels(expected: stem.inChannels, found: clip.channels)
    }
    guard clip.extent.t == architecture.frames else {
      throw VideoModelError.wrongFrames(expected: architecture.frames, found: clip.extent.t)
    }
    let plan = try plan(
      batch: clip.batch, height: clip.extent.h, width: clip.extent.w, keepingNamed: keepingNamed)
    let all = Array(0..<architecture.frames)
    let rates = architecture.fusion == nil ? [all] : [architecture.slowFrames, all]
    for (input, frames) in zip(plan.inputs, rates) { copyFrames(frames, of: clip, into: input) }
    plan.run()
    return plan
  }

  /// Copies chosen frames of every clip.
  private func copyFrames(_ frames: [Int], of clip: FeatureMap, into input: FeatureMap) {
    let plane = clip.extent.h * clip.extent.w
    precondition(clip.pitch == clip.channels && input.pitch == clip.channels, "clips are dense")
    for n in 0..<clip.batch {
      for (position, frame) in frames.enumerated() {
        (input.start + (n * frames.count + position) * plane * clip.pitch).update(
          from: clip.start + (n * clip.extent.t + frame) * plane * clip.pitch, count: plane * clip.pitch)
      }
    }
  }
}
