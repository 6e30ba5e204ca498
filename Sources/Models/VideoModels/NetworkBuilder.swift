internal import Checkpoint
internal import Kernels
internal import NN
internal import Tensors

/// Builds the network of an architecture from weights, under PySlowFast's tensor names.
///
/// A tensor that is missing or has another shape is recorded by the reader and replaced by zeros, so that one look
/// finds everything that does not fit; the caller asks the reader for its report before computing.
struct NetworkBuilder {
  let architecture: Architecture
  let weights: WeightReader
  var network: Network

  init(_ architecture: Architecture, weights: WeightReader, engine: Engine) {
    self.architecture = architecture
    self.weights = weights
    network = Network(engine: engine)
  }

  /// Builds stem to res5; the outputs are the last features of each pathway.
  mutating func build() -> Network {
    var paths = architecture.stems.map { network.input(channels: $0.inChannels) }
    for (p, stem) in architecture.stems.enumerated() { paths[p] = self.stem(paths[p], stem, pathway: p) }
    setName("s1", paths)
    paths = fuse("s1_fuse", paths, from: architecture.stems.map(\.width))
    for (index, stage) in architecture.stages.enumerated() {
      let name = "s\(index + 2)"
      for (p, pathway) in stage.enumerated() { paths[p] = residualStage(paths[p], pathway, name, pathway: p, index) }
      setName(name, paths)
      if index < architecture.stages.count - 1 { paths = fuse("\(name)_fuse", paths, from: stage.map(\.width)) }
      if index == 0 {
        for (p, pool) in architecture.pathwayPools.enumerated() where pool != .one {
          paths[p] = network.maxPool(paths[p], MaxPooling(kernel: pool, stride: pool))
        }
      }
    }
    for path in paths { network.output(path) }
    return network
  }

  private mutating func setName(_ name: String, _ paths: [Value]) {
    for (p, value) in paths.enumerated() { network.setName(value, "\(name).p\(p)") }
  }

  private mutating func stem(_ x: Value, _ stem: Architecture.Stem, pathway: Int) -> Value {
    let scope = weights["s1"]["pathway\(pathway)_stem"]
    let shape = ConvolutionShape(
      stem.inChannels, stem.width, kernel: Extent3(stem.temporalKernel, 7, 7), stride: Extent3(1, 2, 2),
      padding: Extent3(stem.temporalKernel / 2, 3, 3))
    let y = convolution(x, shape, scope, "conv", norm: "bn", epilogue: .relu, kernelKey: "MODEL.ARCH")
    return network.maxPool(
      y, MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)))
  }

  /// Joins the fast pathway, brought to the slow rate by a strided convolution in time, to the slow one.
  private mutating func fuse(_ name: String, _ paths: [Value], from widths: [Int]) -> [Value] {
    guard let fusion = architecture.fusion else { return paths }
    let shape = ConvolutionShape(
      widths[1], widths[1] * fusion.channelRatio, kernel: Extent3(fusion.kernel, 1, 1),
      stride: Extent3(fusion.alpha, 1, 1), padding: Extent3(fusion.kernel / 2, 0, 0))
    let lateral = convolution(
      paths[1], shape, weights[name], "conv_f2s", norm: "bn", epilogue: .relu,
      kernelKey: "SLOWFAST.FUSION_KERNEL_SZ")
    let fused = [network.concatenate([paths[0], lateral]), paths[1]]
    // The public stage dumps that `--stages` agrees with stop naming fusions after res2.
    if name == "s1_fuse" || name == "s2_fuse" { setName(name, fused) }
    return fused
  }

  private mutating func residualStage(
    _ x: Value, _ stage: Architecture.Stage, _ name: String, pathway: Int, _ index: Int
  ) -> Value {
    var y = x
    for (i, temporal) in stage.temporalKernels.enumerated() {
      let block = ResidualBlock(
        inChannels: i == 0 ? inChannels(stage: index, pathway: pathway) : stage.width, inner: stage.inner,
        width: stage.width, temporalKernel: temporal, stride: i == 0 ? stage.stride : 1, dilation: stage.dilation,
        transform: architecture.transform)
      y = residualBlock(y, block, weights[name]["pathway\(pathway)_res\(i)"])
      if let nonLocal = stage.nonLocal, nonLocal.after.contains(i) {
        y = nonLocalBlock(y, nonLocal, channels: stage.width, weights[name]["pathway\(pathway)_nonlocal\(i)"])
      }
    }
    return y
  }

  /// Channels that reach a stage: the previous stage's width, and what the fusion joined to the slow pathway.
  private func inChannels(stage: Int, pathway: Int) -> Int {
    let previous = stage == 0 ? architecture.stems.map(\.width) : architecture.stages[stage - 1].map(\.width)
    guard let fusion = architecture.fusion, pathway == 0 else { return previous[pathway] }
    return previous[0] + previous[1] * fusion.channelRatio
  }
}
