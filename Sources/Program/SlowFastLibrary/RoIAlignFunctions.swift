// The names are C's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CSlowFast
internal import Kernels
internal import Parallel
internal import RoIAlign
internal import Tensors

@c @implementation
public func slowfast_roi_align(
  _ features: UnsafePointer<Float>!, _ batch: Int64, _ height: Int64, _ width: Int64, _ channels: Int64,
  _ boxes: UnsafePointer<Float>!, _ box_count: Int64, _ options: UnsafePointer<slowfast_roi_align_options>!,
  _ pooled: UnsafeMutablePointer<Float>!, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("roi_align")
    let options = try call.structure(call.pointer(options, "options"), "options")!
    let ratio = options.sampling_ratio
    let aligner = try RoIAligner(
      resolution: Int(options.resolution), spatialScale: options.spatial_scale,
      grid: options.aligned == 0 ? .legacy : .halfPixel, samplingRatio: ratio == 0 ? .adaptive : .fixed(Int(ratio)))
    let threads = try call.threads(options.threads)
    let count = try call.count(batch, height, width, channels, of: "features")
    let numbers = try call.array(features, Int64(count), "features")
    let regions = try call.regions(boxes, box_count)
    let size = try call.count(
      box_count, options.resolution, options.resolution, channels, of: "pooled")
    if size == 0 { return }
    let target = try call.pointer(pooled, "pooled")
    let plane = FeaturePlane(
      Tensor([batch, height, width, channels].map { Int($0) }, numbers))
    let found = try aligner(plane, regions, pool: WorkerPool(threads: threads), kernels: .best)
    target.update(from: found.storage.pointer, count: size)
  }
}
