internal import AVARecords
internal import Checkpoint
internal import Clips
internal import Configuration
internal import Files
internal import Geometry
internal import ImageFiles
internal import Imaging
internal import Inference
internal import NN
internal import Report
internal import RoIAlign
internal import Tensors
internal import Video
internal import VideoModels
internal import Visualization
internal import Wording

/// The layers that a call names.
struct LayerRequests {
  let gradCAM: [String]
  let activations: [String]
  let weights: [String]
  /// Whether Grad-CAM is made at all.
  let drawsHeat: Bool

  /// "s2/pathway0_res0 0,5" as the name and the channels that are drawn; nil for those that usually are.
  static func parts(_ request: String) -> (name: String, channels: [Int]?) {
    let words = request.split(separator: " ")
    guard words.count == 2 else { return (request, nil) }
    // PySlowFast's indices of further axes stand after a semicolon: whole maps are drawn here.
    let first = words[1].split(separator: ";", omittingEmptySubsequences: false).first ?? ""
    return (String(words[0]), first.split(separator: ",").map { Int($0) ?? -1 })
  }
}

/// What is written, and how it looks.
struct VisualizationPlan {
  let folder: String
  let classes: ChosenClasses
  let colors: Colormap
  let opacity: Float
  let writesFilms: Bool
  let writesArrays: Bool
  /// Of the network's clips, in seconds.
  let seconds: Double
  let configName: String
  let scoresPeople: Bool

  init(
    folder: String, classes: ChosenClasses, colors: Colormap, opacity: Float, writesFilms: Bool, writesArrays: Bool,
    _ config: Configuration
  ) {
    (self.folder, self.classes, self.colors, self.opacity) = (folder, classes, colors, opacity)
    (self.writesFilms, self.writesArrays) = (writesFilms, writesArrays)
    seconds = Double(config[.dataNumFrames] * config[.dataSamplingRate]) / Double(max(1, config[.dataTargetFps]))
    configName = splitPath(config.path ?? "").name
    scoresPeople = config[.detectionEnable]
  }

  var page: String { joinPath(folder, reportName) }
}

/// Draws clip by clip.
struct VisualizationDrawing {
  private let network: GradCAM
  private let requests: LayerRequests
  private let plan: VisualizationPlan
  private let source: VisualizedClips
  private let preprocessing: Preprocessing
  private var page: VisualizationPage
  /// Those of a clip of this network; nil before the first.
  private var layers: Layers?
  /// How many files have been written.
  private(set) var files = 0
  /// What is to be said when all is drawn.
  private(set) var remarks: [String] = []

  private struct Layers {
    let gradCAM: [NamedLayers.Layer]
    let activations: [(layer: NamedLayers.Layer, channels: [Int])]
  }

  init(
    _ network: GradCAM, _ requests: LayerRequests, _ plan: VisualizationPlan, _ source: VisualizedClips,
    _ preprocessing: Preprocessing
  ) {
    (self.network, self.requests, self.plan, self.source) = (network, requests, plan, source)
    self.preprocessing = preprocessing
    let differentiated = plan.classes.score == .probability ? "after" : "before"
    let method = plan.scoresPeople ? "HiResCAM" : "Grad-CAM"
    let fact =
      "\(method): where a class's score (\(differentiated) the activation) comes from, from none (0) to most (1) of each "
      + "clip. Above the frames, below the same under the heat map."
    page = VisualizationPage(plan.configName, facts: requests.drawsHeat ? [fact] : [])
  }

  /// Draws a clip, or the people in it.
  ///
  /// - Parameters:
  ///   - boxes: In pixels of the clip; nil for people who do not count there.
  ///   - check: Refuses files that may not be written.
  mutating func draw(
    _ task: ClipTask, _ clip: FeatureMap?, _ boxes: [PixelBox?], _ check: ([String]) throws -> Void
  ) throws {
    guard let clip else { return }
    let people = boxes.enumerated().compactMap { number, box in box.map { (number: number, box: $0) } }
    let regions = people.map { Region(batchIndex: 0, box: $0.box) }
    let layers = try self.layers ?? find(clip, regions, check)
    self.layers = layers
    try network.run(clip, regions, layers: layers.gradCAM)
    let name = source.title(task)
    var isShown = false
    if task.people == nil {
      isShown = try draw(task, clip, name, box: nil, check)
    } else {
      for (row, person) in people.enumerated() {
        isShown =
          try draw(
            task, clip, "\(name).person\(person.number + 1)", box: (row, person.box, person.number), check) || isShown
      }
    }
    if isShown { try drawActivations(layers, name, check) }
  }

  /// Finds the layers of the call in the network.
  private mutating func find(
    _ clip: FeatureMap, _ regions: [Region], _ check: ([String]) throws -> Void
  ) throws -> Layers {
    let known = try network.layers(clip, regions)
    let pathways = network.model.architecture.backbone.inputs.count
    let looked = try requests.gradCAM.map { try known.layer($0) }
    if let flat = looked.first(where: { $0.extent.count == 1 }) { throw LayerError.onePosition(flat.name) }
    let activations = try requests.activations.map { request -> (NamedLayers.Layer, [Int]) in
      let (name, channels) = LayerRequests.parts(request)
      let layer = try known.layer(name)
      if let channels, !channels.allSatisfy((0..<layer.channels).contains) {
        throw VisualizationError.noChannel(request, count: layer.channels)
      }
      return (layer, channels ?? Array(0..<min(layer.channels, LayerPictures.usualCount)))
    }
    let gradCAM = !requests.drawsHeat ? [] : looked.isEmpty ? try known.last(pathways: pathways) : looked
    try drawWeights(check)
    return Layers(gradCAM: gradCAM, activations: activations)
  }

  /// Draws one subject: the clip, or somebody in it.
  ///
  /// - Returns: Whether it is among those that are to be shown.
  private mutating func draw(
    _ task: ClipTask, _ clip: FeatureMap, _ name: String, box: (row: Int, box: PixelBox, number: Int)?,
    _ check: ([String]) throws -> Void
  ) throws -> Bool {
    let score = network.score(plan.classes.score, box: box?.row)
    let scores = score.scores(network.values)
    guard scores.allSatisfy(\.isFinite) else { throw ClipRunError.notFinite(task.keyFrame) }
    let ranked = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    let truth = source.truth(task)
    if plan.classes.onlyWrong, truth.isEmpty || ranked.first.map(truth.contains) == true { return false }
    let person = box.map { ", person \($0.number + 1)" } ?? ""
    var subject = VisualizationPage.Subject(
      source.heading(task) + person,
      predictions: ranked.prefix(5).map { (source.name($0), scores[$0]) },
      remarks: truth.isEmpty ? [] : ["The list says: \(truth.map(source.name).joined(separator: ", "))."])
    let layers = self.layers?.gradCAM ?? []
    for (label, title) in plan.classes.labels(ranked: ranked, truth: truth) where !layers.isEmpty {
      let heats = network.heatMaps(of: label, score, layers)
      for (layer, heat) in zip(layers, heats) {
        let heading = "\(source.name(label)) (\(fixed(scores[label], 3))), \(layer.name)"
        guard let heat else {
          remarks.append("\(name): the score does not depend on '\(layer.name)': no heat map -> name another --layer")
          continue
        }
        if heat.values.allSatisfy({ $0 == 0 }) {
          subject.remarks.append("\(heading): nothing in this layer speaks for the class, or all of it alike.")
        }
        let file = "\(name).\(title).\(layer.name)"
        subject.pictures.append(try write(heat, clip, layer, file, heading, box?.box, check))
      }
    }
    page.subjects.append(subject)
    return true
  }

  /// Writes a heat map over its pathway's frames.
  private mutating func write(
    _ heat: HeatMap, _ clip: FeatureMap, _ layer: NamedLayers.Layer, _ name: String, _ heading: String,
    _ box: PixelBox?, _ check: ([String]) throws -> Void
  ) throws -> VisualizationPage.Picture {
    let inputs = network.model.architecture.backbone.inputs
    let pictures = ClipPictures(clip, frames: inputs[min(layer.pathway, inputs.count - 1)].frames, preprocessing)
    let plain = pictures.outlined(box)
    let blended = pictures.blended(with: heat, plan.colors, opacity: plan.opacity, around: box)
    let path = joinPath(plan.folder, name)
    try check(
      ["\(path).png"] + (plan.writesFilms ? ["\(path).mp4"] : []) + (plan.writesArrays ? ["\(path).npy"] : []))
    let shown = Self.spread(plain.count, most: 8)
    let strip = tiled(shown.map { plain[$0] } + shown.map { blended[$0] }, columns: shown.count)
    try writePNG(strip, to: "\(path).png")
    files += 1
    if plan.writesArrays {
      try Tensor([heat.extent.t, heat.extent.h, heat.extent.w], heat.values).writeNPY("\(path).npy")
      files += 1
    }
    if plan.writesFilms { try film(plain, blended, to: "\(path).mp4") }
    return try VisualizationPage.Picture(heading, strip, film: plan.writesFilms ? "\(name).mp4" : nil)
  }

  /// Frames beside the same under the heat map, as long as the clip is.
  private mutating func film(_ plain: [Image], _ blended: [Image], to path: String) throws {
    let times = max(1, 256 / max(1, plain[0].size.shortSide))
    let pairs = zip(plain, blended).map { tiled([$0.enlarged(times), $1.enlarged(times)], columns: 2) }
    let writer = try VideoWriter(
      path: path, size: pairs[0].size, framesPerSecond: min(1000, max(0.5, Double(plain.count) / plan.seconds)))
    for pair in pairs { try writer.append(pair) }
    try writer.finish()
    files += 1
  }

  private mutating func drawActivations(
    _ layers: Layers, _ name: String, _ check: ([String]) throws -> Void
  ) throws {
    let drawing = LayerPictures(plan.colors)
    for (layer, channels) in layers.activations {
      guard let map = network.activation(layer), !page.subjects.isEmpty else { continue }
      let path = joinPath(plan.folder, "\(name).\(layer.name)")
      try check(["\(path).channels.png", "\(path).mean.png"])
      let frame = layer.extent.t / 2
      let images = [
        (
          "\(layer.name), frame \(frame) of \(layer.extent.t), \(counted(channels.count, "channel"))",
          drawing.channels(map, channels), "channels"
        ),
        ("\(layer.name), mean of \(layer.channels) channels, frame by frame", drawing.means(map), "mean"),
      ]
      for (title, image, kind) in images {
        try writePNG(image, to: "\(path).\(kind).png")
        page.subjects[page.subjects.count - 1].pictures.append(try VisualizationPage.Picture(title, image))
        files += 1
      }
    }
  }

  private mutating func drawWeights(_ check: ([String]) throws -> Void) throws {
    let drawing = LayerPictures(plan.colors)
    for request in requests.weights {
      let name = LayerRequests.parts(request).name.replacing("/", with: ".")
      let parameters = network.model.parameters
      guard let kernel = parameters.first(where: { $0.name == "\(name).weight" }) else {
        let convolutions = parameters.filter { $0.value.shape.count == 5 }.map { String($0.name.dropLast(7)) }
        throw LayerError.unknown(request, nearest: NamedLayers.nearest(to: name, among: convolutions), inside: [])
      }
      guard kernel.value.shape.count == 5, kernel.value.shape[3] * kernel.value.shape[4] > 1 else {
        throw VisualizationError.noKernels(request)
      }
      let image = drawing.kernels(kernel.value, isBGR: preprocessing.order == .bgr)
      let path = joinPath(plan.folder, "weights.\(name).png")
      try check([path])
      try writePNG(image, to: path)
      page.weights.append(
        try VisualizationPage.Picture("\(name): \(describe(shape: kernel.value.shape))", image))
      files += 1
    }
  }

  /// So many numbers at even distances.
  private static func spread(_ count: Int, most: Int) -> [Int] {
    count <= most ? Array(0..<count) : (0..<most).map { (2 * $0 + 1) * count / (2 * most) }
  }

  /// Writes the page.
  mutating func finish() throws {
    if page.subjects.isEmpty {
      remarks.append(
        plan.classes.onlyWrong
          ? "no clip's best class is wrong: there is nothing to show"
          : "nobody counts in any of the clips: there is nothing to show")
    }
    _ = try writeReport(page.html, folder: plan.folder)
    files += 1
  }
}
