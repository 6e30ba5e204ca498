/// What is known of a network and of a file beyond their tensors' names and shapes: words for the report of a load.
///
/// Who knows the networks fills it in, see `LoadReport.hints`.
public struct LoadHints: Sendable {
  /// What is said of a tensor that has another shape in the file.
  public struct Misfit: Sendable, Equatable {
    /// What the model needs, as "this config needs 80x4".
    public let model: String
    /// What to do, if that is to be said beside it.
    public let advice: String?

    public init(model: String, advice: String?) {
      self.model = model
      self.advice = advice
    }
  }

  /// Why the file cannot suit the model, whatever their tensors, and what to do.
  public var obstacle: (reason: String, advice: String)?
  /// Why no configuration loads the file whole, and what to do; a part of it may serve.
  public var oddity: (reason: String, advice: String)?
  /// Whether the file is of another network than the model, be it that all of the model's tensors are there.
  public var isOfOtherNetwork = false
  /// What the names of the head's tensors begin with: a partial load needs some of the others.
  public var headPrefix: String?
  /// By the tensor's name.
  public var misfits: [String: Misfit] = [:]
  /// Said of a load whose tensors all fit, and that means nothing.
  public var warning: String?
  /// All that the configuration has to say otherwise to suit the file, as "KEY value KEY value".
  public var changes: String?
  /// Where the file is of another network than the model: which configurations are that network's, in words, such as
  /// "configs/A.yaml".
  public var otherConfig: String?
  /// What ``otherConfig`` is where none is known.
  public static let unknownConfig = "slowfast inspect tells what they are"

  public init() {}
}
