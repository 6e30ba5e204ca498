/// What is known of the names that files give to the tensors of models: who knows the models has it.
public protocol TensorNaming: Sendable {
  /// Gives a file's tensors the names that models ask by, and leaves out what no model needs. What of it the user
  /// should know goes to `content.notices`.
  func rename(_ content: inout FileContent)
}
