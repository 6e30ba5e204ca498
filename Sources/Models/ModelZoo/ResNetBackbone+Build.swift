internal import Configuration
public import NN
public import VideoModels
internal import Checkpoint
internal import Kernels
internal import Tensors

extension ResNetBackbone {
  public func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    var paths = inputs
    for (p, stem) in stems.enumerated() { paths[p] = self.stem(&builder, paths[p], stem, pathway: p) }
    builder.setName(StageNames.stage(1), paths)
    paths = fuse(&builder, after: 1, paths, from: stems.map(\.width))
    for (index, stage) in stages.enumerated() {
      let number = index + 2
      for (p, pathway) in stage.enumerated() {
        paths[p] = residualStage(&builder, paths[p], pathway, index, pathway: p)
      }
      builder.setName(StageNames.stage(number), paths)
      if index < stages.count - 1 { paths = fuse(&builder, after: number, paths, from: stage.map(\.width)) }
      if index == 0 {
        for (p, pool) in pathwayPools.enumerated() where pool != .one {
          paths[p] = builder.network.maxPool(paths[p], MaxPooling(kernel: pool, stride: pool))
        }
      }
    }
    return paths
  }

  private func stem(_ builder: inout NetworkBuilder, _ x: Value, _ stem: Stem, pathway: Int) -> Value {
    let scope = builder.weights[StageNames.stem(pathway: pathway)]
    let shape = ConvolutionShape(
      stem.inChannels, stem.width, kernel: Extent3(stem.temporalKernel, 7, 7), stride: Extent3(1, 2, 2),
      padding: Extent3(stem.temporalKernel / 2, 3, 3))
    let y = builder.convolution(
      x, shape, scope, StageNames.stemConvolution, norm: "bn", epilogue: .relu, widthKey: widthKey(pathway),
      kernelKey: Key.modelArch.name)
    let pooled = builder.network.maxPool(
      y, MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)))
    builder.nameModule(pooled, scope)
    return pooled
  }

  /// Joins the fast pathway, brought to the slow rate by a strided convolution in time, to the slow one.
  private func fuse(
    _ builder: inout NetworkBuilder, after stage: Int, _ paths: [Value], from widths: [Int]
  ) -> [Value] {
    guard let fusion else { return paths }
    let name = StageNames.fusion(after: stage)
    let shape = ConvolutionShape(
      widths[1], widths[1] * fusion.channelRatio, kernel: Extent3(fusion.kernel, 1, 1),
      stride: Extent3(fusion.alpha, 1, 1), padding: Extent3(fusion.kernel / 2, 0, 0))
    let lateral = builder.convolution(
      paths[1], shape, builder.weights[name], StageNames.lateral, norm: fusion.isBare ? nil : "bn",
      epilogue: fusion.isBare ? .none : .relu, hasBias: false,
      widthKey: Key.slowfastBetaInv.name,
      kernelKey: Key.slowfastFusionKernelSz.name)
    let fused = [builder.network.concatenate([paths[0], lateral]), paths[1]]
    // The public stage dumps that `--stages` agrees with stop naming fusions after res2.
    if stage <= 2 { builder.setName(name, fused) }
    return fused
  }

  private func residualStage(
    _ builder: inout NetworkBuilder, _ x: Value, _ stage: Stage, _ index: Int, pathway: Int
  ) -> Value {
    var y = x
    let number = index + 2
    for (i, temporal) in stage.temporalKernels.enumerated() {
      let block = ResidualBlock(
        inChannels: i == 0 ? inChannels(stage: index, pathway: pathway) : stage.width, inner: stage.inner,
        width: stage.width, temporalKernel: temporal, stride: i == 0 ? stage.stride : 1, dilation: stage.dilation,
        transform: transform, widthKey: widthKey(pathway))
      y = builder.residualBlock(y, block, builder.weights[StageNames.block(i, stage: number, pathway: pathway)])
      if let nonLocal = stage.nonLocal, nonLocal.after.contains(i) {
        y = builder.nonLocalBlock(
          y, nonLocal, channels: stage.width, widthKey: widthKey(pathway),
          builder.weights[StageNames.nonLocal(after: i, stage: number, pathway: pathway)])
      }
    }
    return y
  }

  /// The key that sets a pathway's widths: the fast one is thinner.
  private func widthKey(_ pathway: Int) -> String {
    pathway == 1 ? Key.slowfastBetaInv.name : Key.resnetWidthPerGroup.name
  }

  /// Channels that reach a stage: the previous stage's width, and what the fusion joined to the slow pathway.
  private func inChannels(stage: Int, pathway: Int) -> Int {
    let previous = stage == 0 ? stems.map(\.width) : stages[stage - 1].map(\.width)
    guard let fusion = fusion, pathway == 0 else { return previous[pathway] }
    return previous[0] + previous[1] * fusion.channelRatio
  }
}
