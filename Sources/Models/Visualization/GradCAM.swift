internal import NN
public import RoIAlign
public import Tensors
public import VideoModels

/// Where a network looks for a class: Grad-CAM over the layers of a model that scores as in evaluation, and HiResCAM for
/// models that score boxes.
///
/// RoIAlign gives every box the same sum of weights over the map, wherever it lies: the mean of the gradient over the map is
/// then the same for all boxes, and so would be their heat maps. HiResCAM leaves the gradient at its place.
///
/// Not to be used by two threads at once.
public final class GradCAM {
  public let model: TrainableModel
  private var clip = (batch: 0, extent: Extent3.one)
  /// What the head computed last, before its activation: [rows, classes].
  public private(set) var values = Tensor(zeros: [0, 0])

  /// - Parameter model: Built with `TrainingOptions.evaluation`; its parameters are trained no more.
  public init(_ model: TrainableModel) {
    self.model = model
    // Gradients are needed from the head back to the layers that are looked at, and of nothing else.
    for parameter in model.parameters { parameter.isTrained = false }
  }

  /// The layers that can be looked at.
  ///
  /// - Throws: `VideoModelError`, `RoIAlignError`, `NetworkError`.
  public func layers(_ clip: FeatureMap, _ regions: [Region] = []) throws -> NamedLayers {
    try run(clip, regions)
    return NamedLayers(model)
  }

  /// Computes a clip, and the scores of its subjects.
  ///
  /// - Parameters:
  ///   - clip: One clip at the fast rate: 1, [T, H, W], C.
  ///   - regions: For heads that score boxes: in pixels of the clip.
  ///   - layers: Those that ``heatMaps(of:_:_:)`` will look at.
  /// - Throws: `VideoModelError`, `RoIAlignError`, `NetworkError`.
  public func run(_ clip: FeatureMap, _ regions: [Region], layers: [NamedLayers.Layer] = []) throws {
    model.observed = Set(layers.map(\.value))
    let head = model.architecture.head
    let pooled = head.pooledRegions(regions, clipHeight: clip.extent.h, clipWidth: clip.extent.w)
    values = try model.forward(clip, pooled)
    self.clip = (clip.batch, clip.extent)
  }

  /// The score of a subject: a box, or the clip as a whole.
  public func score(_ kind: ClassScore.Kind, box: Int? = nil) -> ClassScore {
    ClassScore(
      kind, model.architecture.head.activation, rows: box.map { $0..<$0 + 1 } ?? 0..<values.shape[0])
  }

  /// What the score of a class depends on in each layer: over the frames that its pathway sees, from 0 to 1.
  ///
  /// - Parameters:
  ///   - label: The class.
  ///   - layers: As given to ``run(_:_:layers:)``.
  /// - Returns: nil for a layer on which the score does not depend; all zeros where nothing there speaks for the class.
  public func heatMaps(of label: Int, _ score: ClassScore, _ layers: [NamedLayers.Layer]) -> [HeatMap?] {
    let (gradient, _) = score.gradient(of: label, values)
    let weights: HeatMap.Weights = model.architecture.head.scoresBoxes ? .places : .means
    var found: [Value: HeatMap] = [:]
    model.backward(
      gradient,
      observer: { [model] value, gradient in
        if model.observed.contains(value), let map = model.map(of: value) {
          found[value] = HeatMap(map: map, gradient: gradient, weights)
        }
      })
    let inputs = model.architecture.backbone.inputs
    return layers.map { layer in
      let frames = inputs[min(layer.pathway, inputs.count - 1)].frames.count
      return found[layer.value]?.resized(to: Extent3(frames, clip.extent.h, clip.extent.w)).normalized
    }
  }

  /// What a layer computed last.
  public func activation(_ layer: NamedLayers.Layer) -> FeatureMap? { model.map(of: layer.value) }
}
