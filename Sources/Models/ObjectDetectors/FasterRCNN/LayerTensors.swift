/// What the tensors of a layer are called in a file.
struct LayerTensors: Hashable, Sendable {
  /// The tensors of a normalisation after it.
  struct Norm: Hashable, Sendable {
    var scale: String
    var shift: String
    /// Mean and variance; nil where the normalisation was folded into scale and shift: then they are 0 and 1.
    var statistics: Statistics?
    /// What is added to the variance.
    var epsilon: Double

    struct Statistics: Hashable, Sendable {
      var mean: String
      var variance: String
    }
  }

  var weight: String
  /// nil where the layer has none.
  var bias: String?
  var norm: Norm?

  /// A layer of PyTorch's: `name.weight`, and `name.bias` where no normalisation follows.
  ///
  /// - Parameter norm: The module of the normalisation, with its statistics.
  init(_ name: String, norm: String? = nil, epsilon: Double = 1e-5) {
    weight = "\(name).weight"
    bias = norm == nil ? "\(name).bias" : nil
    self.norm = norm.map {
      Norm(
        scale: "\($0).weight", shift: "\($0).bias",
        statistics: .init(mean: "\($0).running_mean", variance: "\($0).running_var"), epsilon: epsilon)
    }
  }

  /// A layer of Caffe2's: `name_w`, and `name_b` where no scale and shift follow.
  ///
  /// - Parameter norm: What `_s` and `_b` are appended to.
  init(blob name: String, norm: String? = nil, epsilon: Double = 0) {
    weight = "\(name)_w"
    bias = norm == nil ? "\(name)_b" : nil
    self.norm = norm.map { Norm(scale: "\($0)_s", shift: "\($0)_b", statistics: nil, epsilon: epsilon) }
  }
}

/// What a library calls the tensors of Faster R-CNN with FPN. Stages are counted as res2 to res5.
protocol RCNNNames: Sendable {
  var stem: LayerTensors { get }
  /// The convolutions of a block, 1 to 3; blocks are counted from 0.
  func convolution(_ number: Int, block: Int, stage: Int) -> LayerTensors
  /// The 1x1 convolution beside the first block of a stage.
  func shortcut(stage: Int) -> LayerTensors
  /// The 1x1 convolution that takes a stage into the pyramid.
  ///
  /// - Parameter blocks: How many blocks the stage has.
  func lateral(stage: Int, blocks: Int) -> LayerTensors
  /// The 3x3 convolution that makes a level of the pyramid.
  func output(stage: Int, blocks: Int) -> LayerTensors
  /// The convolutions of the region proposal network, from 0.
  func proposalConvolution(_ number: Int) -> LayerTensors
  var objectness: LayerTensors { get }
  var anchorDeltas: LayerTensors { get }
  /// The convolutions of the box head, from 0; nil where the library has none of that number.
  func headConvolution(_ number: Int) -> LayerTensors?
  /// The fully connected layers of the box head, from 0.
  func headLayer(_ number: Int) -> LayerTensors?
  var classScores: LayerTensors { get }
  var boxDeltas: LayerTensors { get }
  /// What the names of tensors begin with that belong to these layers: one that is not used says that the network is another.
  var prefixes: [String] { get }
}
