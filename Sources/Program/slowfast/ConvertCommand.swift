public import ArgumentParser
internal import Checkpoint
internal import Files
public import ModelZoo
internal import Wording

/// Weights under other names.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes weights in another form and under another library's names.",
    discussion: """
      Reads what --weights takes elsewhere: files of PySlowFast, its Caffe2 model zoo, PyTorchVideo and MMAction2. Numbers \
      become float32 and are read back once they are written. What the other library's network cannot do is refused and \
      named; what its reader must be told otherwise is said (docs/weights.md).
      """)

  @Argument(help: ArgumentHelp("The weights.", valueName: "file"), completion: .file())
  var file: String

  @Argument(help: ArgumentHelp("Where they go.", valueName: "output"), completion: .file())
  var output: String

  @Option(name: .customLong("to"), help: "pyth, as torch.save writes it (model_state), or safetensors.")
  var form: WeightForm

  @Option(help: "Whose names the tensors get: pyslowfast or pytorchvideo.")
  var names: WeightNames

  @OptionGroup var results: OverwriteOptions

  func run() throws {
    try results.check([output], reading: RunInputs([file]), orGive: "write to another file")
    let checkpoint = try Checkpoint(path: file, naming: PySlowFastNames())
    let weights = try WeightConversion(checkpoint, to: names)
    for notice in checkpoint.notices + weights.notices { Console.warn(notice) }
    // PySlowFast's own configuration says nothing to other libraries.
    let config = names == .pyslowfast ? checkpoint.configText : nil
    switch form {
    case .pyth:
      try writeTorch(weights.tensors, epoch: checkpoint.epoch, configText: config, to: output)
    case .safetensors:
      var metadata: [String: String] = [:]
      metadata["epoch"] = checkpoint.epoch.map(String.init)
      metadata["cfg"] = config
      try writeSafetensors(weights.tensors, metadata: metadata, to: output)
    }
    if !isDevice(output) { try checkWritten(weights.tensors, at: output) }
    Console.say("wrote \(output): \(counted(weights.tensors.count, "tensor")) under \(possessive(names.name)) names")
  }
}

/// The form of a file of weights.
enum WeightForm: String, CaseIterable, ExpressibleByArgument {
  case pyth, safetensors
}

extension WeightNames: ExpressibleByArgument {
  public init?(argument: String) {
    guard let names = Self.all().first(where: { $0.name == argument }) else { return nil }
    self = names
  }

  public static var allValueStrings: [String] { all().map(\.name) }
}
