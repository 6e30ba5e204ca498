// The names are C's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import AVARecords
internal import Clips
internal import Configuration
public import CSlowFast
internal import Geometry
internal import Inference
internal import Kernels
internal import ModelZoo
internal import RoIAlign
internal import Tensors
internal import VideoModels

@c @implementation
public func slowfast_model_open(
  _ config: UnsafePointer<CChar>!, _ weights: UnsafePointer<CChar>!, _ options: UnsafePointer<slowfast_model_options>!,
  _ model: UnsafeMutablePointer<OpaquePointer?>!, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("model_open")
    let target = try call.pointer(model, "model")
    let options = try call.structure(options, "options") ?? slowfast_model_options()
    try call.require(
      0...10_000 ~= options.override_count, "'options->override_count' is \(options.override_count)", "give 0 to 10000")
    if options.override_count > 0 { _ = try call.pointer(options.overrides, "options->overrides") }
    target.pointee = try Model(
      config: call.text(config, "config"), weights: weights.map { String(cString: $0) }, options, call
    ).handle
  }
}

@c @implementation
public func slowfast_model_close(_ model: OpaquePointer!) { Model.close(model) }

@c @implementation
public func slowfast_model_notices(_ model: OpaquePointer!) -> UnsafePointer<CChar>! {
  // A NULL has nothing to say.
  guard let model = try? Model.of(model, Call("model_notices")) else { return noNotices }
  return UnsafePointer(model.notices)
}

@c @implementation
public func slowfast_model_get_info(
  _ model: OpaquePointer!, _ info: UnsafeMutablePointer<slowfast_model_info>!,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("model_get_info")
    let own = try Model.of(model, call)
    let target = try call.pointer(info, "info")
    let known = try call.structure(UnsafePointer(target), "info")!.size
    var found = try own.use { loaded in
      let architecture = loaded.model.architecture
      return slowfast_model_info(
        size: known, classes: Int64(loaded.model.classes), scores_boxes: architecture.head.scoresBoxes ? 1 : 0,
        frames: Int64(architecture.backbone.frames), sampling_rate: Int64(own.config[.dataSamplingRate]),
        crop_size: Int64(own.config[.dataTestCropSize]), channels: Int64(own.channels))
    }
    UnsafeMutableRawPointer(target).copyMemory(
      from: &found, byteCount: min(known, MemoryLayout<slowfast_model_info>.size))
  }
}

@c @implementation
public func slowfast_detect(
  _ model: OpaquePointer!, _ frames: UnsafePointer<slowfast_frames>!, _ key_frame: Int64,
  _ boxes: UnsafePointer<Double>!, _ box_count: Int64, _ boxes_are_fractions: Int32,
  _ scores: UnsafeMutablePointer<Float>!, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("detect")
    let own = try Model.of(model, call)
    let frames = try call.structure(call.pointer(frames, "frames"), "frames")!
    let source = try FrameArray(frames, rate: Model.boxFramesPerSecond, call)
    try call.require(
      0..<frames.count ~= key_frame, "'key_frame' is \(key_frame) of \(frames.count) frames",
      "give a frame's number, from 0")
    let count = try call.count(box_count, 4, of: "boxes")
    let people = try call.people(
      call.array(boxes, Int64(count), "boxes"), areFractions: boxes_are_fractions != 0, of: source.size)
    if people.isEmpty { return }
    let target = try call.pointer(scores, "scores")
    let fused = try own.detect(people, source, center: source.seen(Int(key_frame)), call)
    target.update(from: fused.storage.pointer, count: fused.count)
  }
}

@c @implementation
public func slowfast_classify(
  _ model: OpaquePointer!, _ frames: UnsafePointer<slowfast_frames>!, _ scores: UnsafeMutablePointer<Float>!,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("classify")
    let own = try Model.of(model, call)
    var frames = try call.structure(call.pointer(frames, "frames"), "frames")!
    // A clip's frames are what they are, whenever they were taken.
    frames.frames_per_second = 0
    let source = try FrameArray(frames, rate: Model.boxFramesPerSecond, call)
    let target = try call.pointer(scores, "scores")
    let fused = try own.classify(source, call)
    target.update(from: fused.storage.pointer, count: fused.count)
  }
}

@c @implementation
public func slowfast_forward(
  _ model: OpaquePointer!, _ clip: UnsafePointer<Float>!, _ batch: Int64, _ channels: Int64, _ frames: Int64,
  _ height: Int64, _ width: Int64, _ boxes: UnsafePointer<Float>!, _ box_count: Int64,
  _ scores: UnsafeMutablePointer<Float>!, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("forward")
    let own = try Model.of(model, call)
    let count = try call.count(batch, channels, frames, height, width, of: "clip")
    try call.require(count > 0, "'clip' has an extent of 0", "give one clip or more")
    let numbers = try call.array(clip, Int64(count), "clip")
    let regions = try boxes.map { try call.regions($0, box_count) }
    let target = try call.pointer(scores, "scores")
    let found = try own.forward(
      Tensor([batch, channels, frames, height, width].map { Int($0) }, Array(numbers)), regions)
    target.update(from: found.storage.pointer, count: found.count)
  }
}

/// What there is to say of no model; lives as long as the process.
private nonisolated(unsafe) let noNotices = UnsafePointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1).zeroed())

extension UnsafeMutablePointer where Pointee == CChar {
  fileprivate func zeroed() -> Self {
    pointee = 0
    return self
  }
}

extension Call {
  /// Rows of batch index, x1, y1, x2, y2.
  func regions(_ boxes: UnsafePointer<Float>?, _ count: Int64) throws -> [Region] {
    let numbers = try array(boxes, Int64(self.count(count, 5, of: "boxes")), "boxes")
    return try Region.rows(of: Tensor([Int(count), 5], Array(numbers)))
  }

  /// People whose boxes are rows of x1, y1, x2, y2.
  func people(_ numbers: UnsafeBufferPointer<Double>, areFractions: Bool, of size: ImageSize) throws
    -> [ClipTask.Person]
  {
    let scale = areFractions ? (1, 1) : (Double(size.width), Double(size.height))
    return try (0..<numbers.count / 4).map { row in
      let corner = (0..<4).map { numbers[row * 4 + $0] }
      let text = corner.map { "\($0)" }.joined(separator: ", ")
      try require(
        corner.allSatisfy(\.isFinite), "box \(row) is [\(text)]", "give finite numbers: x1, y1, x2, y2")
      // Nobody fills so little of a corner; fractions do, of people who reach beyond the frame, too.
      try require(
        areFractions || min(size.width, size.height) <= 2 || corner.contains { abs($0) > 2 },
        "box \(row) is [\(text)], fractions where pixels of frames of \(size.width) x \(size.height) are expected",
        "give pixels, or boxes_are_fractions 1")
      try require(
        corner[0] <= corner[2] && corner[1] <= corner[3], "box \(row) is [\(text)], inverted",
        "give the upper left corner, then the lower right one: x1, y1, x2, y2")
      // Nobody's box is that far outside: pixels where fractions were said.
      try require(
        corner.indices.allSatisfy { abs(corner[$0] / ($0 % 2 == 0 ? scale.0 : scale.1)) <= 10 },
        "box \(row) is [\(text)], of frames of \(size.width) x \(size.height)",
        areFractions ? "give fractions of the frame, or boxes_are_fractions 0" : "give pixels of these frames")
      try require(
        corner[2] > 0 && corner[3] > 0 && corner[0] < scale.0 && corner[1] < scale.1,
        "box \(row) is [\(text)], beside the frame", "give boxes that overlap the frame")
      return ClipTask.Person(
        box: UnitBox(
          x1: corner[0] / scale.0, y1: corner[1] / scale.1, x2: corner[2] / scale.0, y2: corner[3] / scale.1),
        proposalScore: 1)
    }
  }
}
