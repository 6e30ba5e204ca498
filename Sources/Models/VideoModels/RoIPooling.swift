internal import Kernels
internal import NN
internal import RoIAlign
internal import Tensors

/// RoIAlign on the average over the frames, and the largest bin of each channel, in training.
///
/// Inputs: the map, then the boxes: R, [1, 1, 1], 5 of batch index, x1, y1, x2, y2 in pixels of the clip.
struct RoIPooling: TrainableOperator {
  let aligner: RoIAligner

  private final class Pooled {
    var largest: LargestBins?
  }

  var name: String { "RoIAlign \(aligner.resolution)x\(aligner.resolution) + max" }
  var writesSlices: Bool { true }
  func makeState() -> AnyObject? { Pooled() }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[1].channels == 5, inputs[1].extent == .one else {
      throw .unsuited(operation: "a \(name)", needs: "boxes as rows of five numbers", found: inputs)
    }
    return ValueShape(batch: inputs[1].batch, extent: .one, channels: inputs[0].channels)
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) { _ = pool(inputs, output, engine) }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  private func pool(_ inputs: [FeatureMap], _ output: FeatureMap, _ engine: Engine) -> LargestBins? {
    let regions = (0..<inputs[1].positions).map { row in
      let v = inputs[1].start + row * inputs[1].pitch
      return Region(batchIndex: Int(v[0]), x1: v[1], y1: v[2], x2: v[3], y2: v[4])
    }
    guard
      let largest = try? aligner.largestBins(
        FeaturePlane(inputs[0]), regions, pool: engine.pool, kernels: engine.kernels)
    else { preconditionFailure("boxes are checked before they are pooled") }
    for row in regions.indices {
      (output.start + row * output.pitch).update(
        from: largest.values.storage.pointer + row * output.channels, count: output.channels)
    }
    return largest
  }

  func forward(_ pass: ForwardPass) {
    (pass.state as? Pooled)?.largest = pool(pass.inputs, pass.output, pass.engine)
  }

  func backward(_ pass: BackwardPass) {
    guard let target = pass.targets[0], let largest = (pass.state as? Pooled)?.largest else { return }
    aligner.gradient(
      of: largest, UnsafePointer(pass.gradient.start), pitch: pass.gradient.pitch, into: target.map, adds: target.adds,
      pool: pass.engine.pool)
  }
}
