package dev.clusterbox.virtualbox;

import dev.clusterbox.image.Image;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.problem.Problem;
import java.util.Optional;

/** There are none, and none can be made. */
final class NoTemplates implements Templates {

    @Override
    public Image image() {
        return new Image(State.ABSENT, null, "images for VirtualBox cannot be made by this version", 0, null);
    }

    @Override
    public Image prepare() {
        throw Problem.unavailable("images for VirtualBox cannot be made by this version", "use the provider nspawn")
                .asException();
    }

    @Override
    public Optional<Template> current() {
        return Optional.empty();
    }
}
