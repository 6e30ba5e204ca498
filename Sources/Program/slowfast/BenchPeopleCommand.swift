internal import ArgumentParser
internal import BenchReports
internal import Geometry
internal import ImageFiles
internal import Imaging
internal import JSON
internal import Kernels
internal import NN
internal import ObjectDetectors
internal import Tensors

/// A detector of people on one image.
struct BenchPeopleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "people",
    abstract: "Measures a detector of people: from an image to boxes.",
    discussion: "Scaling, network and suppression together. Without --image the image is random: nobody is in it.")

  @Option(help: ArgumentHelp("The detector's weights.", valueName: "file"), completion: .file())
  var detector: String
  @Option(
    help: ArgumentHelp(
      "The short side to which images are scaled (default: the one of the weights).", valueName: "pixels"))
  var detectorSize: Int?
  @Option(help: ArgumentHelp("An image, JPEG or PNG.", valueName: "file"), completion: .file())
  var image: String?
  @Option(
    help: ArgumentHelp("Width and height of a random image (default: 854x480).", valueName: "WxH"),
    transform: SizeArgument.init(argument:))
  var size: SizeArgument?
  @OptionGroup var engine: DetectorEngineOptions
  @Option(help: "How often to measure; the best and the median are printed.")
  var runs = 5
  @Option(help: "How to print the result.")
  var format = BenchFormat.text
  @Flag(help: "Also print what every step and layer costs: multiply-adds, bytes, seconds, share of the peak.")
  var layers = false

  func validate() throws {
    if format == .json && layers {
      throw ValidationError("--layers prints a table, --format json one object -> leave one of them away")
    }
    if image != nil && size != nil {
      throw ValidationError("--image and --size exclude each other -> give one of them")
    }
    if runs < 1 || runs > 100_000 { throw ValidationError("--runs is \(runs) -> give 1 to 100000") }
    if let size, max(size.size.width, size.size.height) > 8192 {
      throw ValidationError("--size is \(size) -> give at most 8192x8192")
    }
    if let detectorSize, !(32...4096 ~= detectorSize) {
      throw ValidationError("--detector-size is \(detectorSize) -> give 32 to 4096 pixels")
    }
  }

  func run() throws {
    let engine = try engine.make()
    let own = try openDetector(path: detector, DetectorOptions(shortSide: detectorSize), engine: engine)
    DetectorFileOptions.warnOfUnknownPlan(own, engine)
    let picture = try image.map { try readImage(path: $0) } ?? noise(size?.size ?? ImageSize(width: 854, height: 480))
    var found = 0
    let timing = try Timing(runs: runs) { found = try own.objects(in: picture).count }
    let result = DetectorBenchmark(
      own.name, size: picture.size, timing: timing, runs: runs, objects: found, setting: BenchSetting(engine))
    switch format {
    case .text: print(result.text)
    case .json: print(result.json.text)
    }
    if layers {
      let costs = try own.timedLayers(picture)
      print(layerTable(costs, peak: PeakRate(measured: measurePeak(engine), layers: costs).rate), terminator: "")
    }
  }

  private func noise(_ size: ImageSize) -> Image {
    var random = SeededGenerator(seed: 1)
    var pixels = [UInt8](repeating: 0, count: size.width * size.height * 3)
    for place in pixels.indices { pixels[place] = UInt8(truncatingIfNeeded: random.next()) }
    return Image(size: size, order: .bgr, pixels: pixels)
  }
}
