internal import ArgumentParser
internal import Configuration
internal import Files
internal import Inference
internal import Kernels
internal import ModelZoo
internal import Report
internal import RoIAlign
internal import Tensors
internal import VideoModels
internal import Visualization
internal import Wording

/// Heat maps, activations and weights as pictures and films.
struct VisualizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "visualize",
    abstract: "Shows where in a clip a network looks for a class (Grad-CAM), and what its layers make.",
    usage:
      "slowfast visualize [VIDEO ...] --cfg FILE --weights FILE --output-dir DIR [--proposals FILE] [KEY VALUE ...]",
    discussion: """
      Clips come from your own videos (with an AVA config and --proposals: key frames with people) or, where no VIDEO \
      is given, from what the config tests: AVA's key frames, or the list of videos. For each clip, or each person, of \
      the best class or the classes that --class names, and for each pathway: a heat map over the frames as PNG and as \
      a film, all of them on the page index.html. People's are those of HiResCAM, in and near their boxes. Layers are \
      called as PySlowFast calls its modules: s5/pathway0_res2, or with points; --list-layers shows them all. The keys \
      of TENSORBOARD.MODEL_VIS that say what is shown are read, too. docs/visualize.md has the rules.
      """)

  @Option(help: ArgumentHelp("Where pictures, films and the page go.", valueName: "dir"), completion: .directory)
  var outputDir: String?

  @Flag(help: "List the network's layers, with the shapes of their maps, and end.")
  var listLayers = false

  @OptionGroup(title: "Clips") var clips: VisualizedClipOptions

  @OptionGroup(title: "Classes") var classes: VisualizedClassOptions

  @Option(
    help: ArgumentHelp(
      """
      The layer that Grad-CAM looks at, once for each pathway (default: TENSORBOARD.MODEL_VIS.GRAD_CAM.LAYER_LIST, else the \
      last map of every pathway).
      """, valueName: "layer"))
  var layer: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Also draw what a layer makes, channel by channel and on average; may come several times. 'LAYER 0,3,17' names channels \
      (default: the first \(LayerPictures.usualCount)).
      """, valueName: "layer"))
  var activations: [String] = []

  @Option(
    help: ArgumentHelp(
      "Also draw the weights of a convolution, its kernels; may come several times.", valueName: "layer"))
  var layerWeights: [String] = []

  @Option(
    help: ArgumentHelp(
      "\(Colormap.names.joined(separator: ", ")) (default: TENSORBOARD.MODEL_VIS.GRAD_CAM.COLORMAP, viridis).",
      valueName: "name"))
  var colormap: String?

  @Option(help: ArgumentHelp("How much of the heat map's colours covers the frames.", valueName: "0...1"))
  var opacity = 0.5

  @Flag(name: .customLong("no-films"), help: "Write pictures alone.")
  var leavesOutFilms = false

  @Flag(help: "Also write every heat map as a NumPy file: float32 [T, H, W], 0 to 1.")
  var arrays = false

  @OptionGroup var results: OverwriteOptions

  @OptionGroup var options: NetworkOptions<GradientEngineOptions>

  /// The videos stand before the first word that looks like a config key.
  private var words: FreeWords { FreeWords(options.arguments, takesNames: true) }

  func validate() throws {
    try words.check()
    try words.check("--output-dir", outputDir, says: Key.outputDir.name)
    for key in [Key.avaLabelMapFile, .demoLabelFilePath, .tensorboardClassNamesPath] {
      try words.check("--labels", classes.labels, says: key.name)
    }
    if !(0...1 ~= opacity) { throw ValidationError("--opacity is \(opacity) -> give 0 (frames alone) to 1") }
    if outputDir == nil, !listLayers { throw ValidationError("Missing expected argument '--output-dir <dir>'") }
    try clips.check(videos: words.names)
    try classes.check(videos: words.names)
  }

  func run() throws {
    let config = try options.load(words.overrides)
    if listLayers { return try list(config) }
    let colors = try Colormap(colormap ?? config[.tensorboardModelVisGradCamColormap])
    let source = try VisualizedClips(config, videos: words.names, clips, classes)
    let labels = try classes.chosen(config, source)
    let folder = outputDir ?? ""
    let plan = VisualizationPlan(
      folder: folder, classes: labels, colors: colors, opacity: Float(opacity), writesFilms: !leavesOutFilms,
      writesArrays: arrays, config)
    let reading =
      .videos(words.names) + source.inputs + clips.inputs + classes.inputFiles + options.inputFiles(config)
    // The page is there when all is; that it may be written is known before.
    try results.check([plan.page], reading: reading, orGive: "give another --output-dir")
    for notice in source.notices { Console.warn(notice) }
    let loaded = try options.model(config)
    let network = GradCAM(try loaded.withGradients(config, engine: loaded.model.engine))
    let layers = LayerRequests(
      gradCAM: layer.isEmpty ? config[.tensorboardModelVisGradCamLayerList] : layer,
      activations: activations + (config[.tensorboardModelVisActivations] ? config[.tensorboardModelVisLayerList] : []),
      weights: layerWeights + (config[.tensorboardModelVisModelWeights] ? config[.tensorboardModelVisLayerList] : []),
      drawsHeat: config[.tensorboardModelVisGradCamEnable])
    var drawing = VisualizationDrawing(network, layers, plan, source, try source.preprocessing(loaded, config))
    let total = source.count
    let progress = Progress("visualizing", total: total, unit: "clip")
    try Interruption.stoppable {
      var done = 0
      try source.forEach(loaded) { task, clip, boxes in
        if Interruption.isAsked {
          throw Interrupted("\(done) of \(counted(total, "clip")) are in \(folder), without the page")
        }
        try runningConfigured {
          try drawing.draw(task, clip, boxes) {
            try results.check($0, reading: reading, orGive: "give another --output-dir")
          }
        }
        done += 1
        progress.update(done)
      }
    }
    progress.finish()
    try drawing.finish()
    for line in drawing.remarks { Console.warn(line) }
    Console.say("wrote \(counted(drawing.files, "file")) into \(folder): \(plan.page)")
  }

  private func list(_ config: Configuration) throws {
    let loaded = try options.model(config)
    let network = GradCAM(try loaded.withGradients(config, engine: loaded.model.engine))
    let backbone = loaded.model.architecture.backbone
    let side = config[.dataTestCropSize]
    let clip = FeatureMap(zeros: 1, Extent3(backbone.frames, side, side), channels: backbone.inputs[0].channels)
    let boxes =
      loaded.model.architecture.head.scoresBoxes
      ? [Region(batchIndex: 0, x1: 0, y1: 0, x2: Float(side - 1), y2: Float(side - 1))] : []
    let layers = try runningConfigured { try network.layers(clip, boxes) }
    print(
      TextTable(
        ["layer", "channels", "T x H x W"],
        layers.layers.map { [$0.name.replacing(".", with: "/"), "\($0.channels)", "\($0.extent)"] }
      ).text, terminator: "")
  }
}
