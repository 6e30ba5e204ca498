internal import NN
internal import VideoModels

/// What MMAction2 writes into a file about the network in it: its configuration, as Python text that is never run.
struct MMAction2Text {
  private let root: PythonValue?
  private var backbone: PythonValue? { root?["model"]?["backbone"] }
  private var extractor: PythonValue? { root?["model"]?["roi_head"]?["bbox_roi_extractor"] }
  private var boxHead: PythonValue? { root?["model"]?["roi_head"]?["bbox_head"] }

  init(_ text: String?) { root = text.flatMap(PythonText.read) }

  /// Whether there is a configuration that could be read.
  var isRead: Bool { root?["model"] != nil }

  var type: String? { backbone?["type"]?.string }
  /// How many frames of the clip the slow pathway takes one of.
  var alpha: Int? { backbone?["resample_rate"]?.integer }
  /// Whether the features of the whole map stand beside those of each box.
  var hasContext: Bool? { extractor?["with_global"]?.flag }
  var aligned: Bool? { extractor?["aligned"]?.flag }

  var resolution: Int? {
    guard let size = extractor?["output_size"] else { return nil }
    return size.integer ?? size.items.first?.integer
  }

  var framePooling: FramePooling? {
    switch extractor?["temporal_pool_mode"]?.string {
    case "max": .maximum
    case "avg": .mean
    default: nil
    }
  }

  var hasBackground: Bool? { boxHead.flatMap { $0["background_class"]?.flag ?? true } }
  var isExclusive: Bool { boxHead?["multilabel"]?.flag == false }

  var attention: Attention? {
    let pathway = backbone?["slow_pathway"] ?? backbone
    switch pathway?["non_local_cfg"]?["mode"]?.string {
    case "dot_product": return .dotProduct
    case "embedded_gaussian": return .softmax
    default: return nil
    }
  }

  /// The stride of res5, where it is told.
  var lastStride: Int? {
    let pathway = backbone?["slow_pathway"] ?? backbone
    return pathway?["spatial_strides"]?.items.last?.integer
  }

  func lastDilation(pathway: Int) -> Int? {
    let own = backbone?[pathway == 0 ? "slow_pathway" : "fast_pathway"] ?? backbone
    return own?["dilations"]?.items.last?.integer
  }

  /// RGB of 0 to 255 there; ImageNet's where nothing is told.
  var pixels: PeerPixels {
    let told = root?["model"]?["data_preprocessor"] ?? root?["img_norm_cfg"]
    let (mean, std) = (told?["mean"]?.numbers ?? [], told?["std"]?.numbers ?? [])
    let isWhole = mean.count == 3 && std.count == 3 && std.allSatisfy { $0 > 0 }
    return PeerPixels(
      mean: (isWhole ? mean : [123.675, 116.28, 103.53]).map { $0 / 255 },
      std: (isWhole ? std : [58.395, 57.12, 57.375]).map { $0 / 255 })
  }

  /// Frames of a clip and the distance between them.
  var clip: (frames: Int, rate: Int)? {
    for pipeline in ["val_pipeline", "test_pipeline"] {
      for step in root?[pipeline]?.items ?? [] {
        if let frames = step["clip_len"]?.integer, let rate = step["frame_interval"]?.integer { return (frames, rate) }
      }
    }
    return nil
  }

  /// What of the network is not built here, in words.
  var obstacle: String? {
    if let resample = alpha, let speed = backbone?["speed_ratio"]?.integer, resample != speed {
      return "a fast pathway that takes one frame in \(max(1, resample / max(1, speed)))"
    }
    let pathway = backbone?["slow_pathway"] ?? backbone
    let nonLocal = pathway?["non_local_cfg"]
    if let mode = nonLocal?["mode"]?.string, attention == nil { return "non-local blocks of the mode '\(mode)'" }
    if attention == .softmax, nonLocal?["use_scale"]?.flag == false { return "non-local blocks without a scale" }
    if pathway?["with_pool2"]?.flag == true { return "a pool of time after res2" }
    if extractor?["with_temporal_pool"]?.flag == false { return "a head that pools each frame by itself" }
    return nil
  }
}
