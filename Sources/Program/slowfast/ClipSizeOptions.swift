internal import ArgumentParser
internal import Configuration
internal import Geometry
internal import Tensors
internal import VideoModels

/// How large the clips of a measurement are.
struct ClipSizeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Width and height of the clip (default: 455x256, a square of DATA.TEST_CROP_SIZE where the network scores whole clips).",
      valueName: "WxH"),
    transform: SizeArgument.init(argument:))
  var size: SizeArgument?
  @Option(help: "Clips that are computed together; seconds are those of all of them.")
  var batch = 1

  func validate() throws {
    if batch < 1 || batch > 64 { throw ValidationError("--batch is \(batch) -> give 1 to 64") }
    if let size, max(size.size.width, size.size.height) > 8192 {
      throw ValidationError("--size is \(size) -> give at most 8192x8192")
    }
  }

  /// The size that was given, of which is said where it looks turned round, or the usual one of a configuration's network.
  func size(_ config: Configuration) -> ImageSize {
    if let hint = size?.hint("--size") { Console.say("note: \(hint)") }
    let crop = config[.dataTestCropSize]
    return size?.size
      ?? (config[.detectionEnable] ? ImageSize(width: 455, height: 256) : ImageSize(width: crop, height: crop))
  }
}

/// Clips of random numbers for a model.
///
/// - Returns: N, [T, H, W], channels.
func randomClip(
  _ model: VideoModel, _ size: ImageSize, batch: Int, _ generator: inout SeededGenerator
) -> FeatureMap {
  let backbone = model.architecture.backbone
  let clip = FeatureMap(
    zeros: batch, Extent3(backbone.frames, size.height, size.width), channels: backbone.inputs.first?.channels ?? 3)
  for index in 0..<clip.storage.count { clip.start[index] = Float(generator.uniform(-2, 2)) }
  return clip
}
