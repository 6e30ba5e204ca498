internal import Kernels
internal import Tensors

/// Integers of a map's numbers: what stands before convolutions of integers whose input is no map of integers itself.
struct Quantization: Operator {
  var name: String { "quantize" }
  var writesSlices: Bool { true }
  var keepsFramesApart: Bool { true }

  func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat { .uint8 }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape { inputs[0] }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    engine.quantize(inputs[0], into: output)
  }

  /// An engine that asks for references quantizes by the definition.
  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }
}
