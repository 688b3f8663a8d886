/** Machines in VirtualBox, through its program VBoxManage, here or on another computer. */
@NullMarked
package dev.clusterbox.virtualbox;

import org.jspecify.annotations.NullMarked;
