internal import CLibAV
internal import Glibc

/// A pipe for libav: waiting for bytes ends when a watch says so, which libav's own reader of pipes does not do.
final class PipeInput {
  private let descriptor: Int32
  private let watch: StreamWatch
  /// Valid as long as this object lives.
  private(set) var context: UnsafeMutablePointer<AVIOContext>?

  /// Standard input.
  convenience init(_ watch: StreamWatch) { self.init(descriptor: 0, watch) }

  /// A named pipe, whose writer may come later; nil for what is none, or cannot be opened.
  convenience init?(namedPipe path: String, _ watch: StreamWatch) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return nil }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if descriptor < 0 { return nil }
    self.init(descriptor: descriptor, watch)
  }

  private init(descriptor: Int32, _ watch: StreamWatch) {
    self.descriptor = descriptor
    self.watch = watch
    context = slowfast_input(Unmanaged.passUnretained(self).toOpaque()) { me, bytes, count in
      guard let me, let bytes else { return slowfast_averror(EINVAL) }
      return Unmanaged<PipeInput>.fromOpaque(me).takeUnretainedValue().read(bytes, Int(count))
    }
    if context == nil { fatalError("out of memory") }
  }

  deinit {
    slowfast_close_output(&context)
    if descriptor > 0 { close(descriptor) }
  }

  private func read(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
    while !watch.endsWait {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 100)
      if ready == 0 || ready < 0 && errno == EINTR { continue }
      let got = Glibc.read(descriptor, bytes, count)
      if got > 0 { return Int32(got) }
      if got == 0 { return slowfast_averror_eof() }
      if errno != EINTR && errno != EAGAIN { return slowfast_averror(errno) }
    }
    return slowfast_averror_exit()
  }
}
